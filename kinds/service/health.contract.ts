import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import type { healthContract as kind } from './health.contract.kind.js';
import { formatDuration } from '../../model/duration.js';
import { isJsonObject, type JsonObject, parseJson } from '../../model/json.js';
import { readNeeded } from '../shared/replace.js';
import { valueAt } from '../shared/jsonl.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

type Input = z.infer<(typeof kind)['input']>;
const LARGEST = 1024 * 1024;

export const healthContract: HandlerOf<typeof kind> = {
  async do(input, context) {
    const bytes = await readNeeded(context.path(input.file), 'The health file');
    const report = reportIn(bytes, input.file);
    await context.evidence.write('health.json', bytes);
    const { problems, ...found } = judged(input, report, context);
    const waiting = await countWaiting(input, context);
    const holds = problems.length === 0;
    const outputs = { holds, ...found, waiting };
    if (!holds && input.judge) {
      throw new StepError('CHECK_FAILED', `The health contract of ${input.file} is broken: ${problems.join('; ')}.`, {
        facts: { ...outputs },
        evidence: context.evidence.refs(),
      });
    }
    const age = `${formatDuration(Math.max(0, found.ageMs))} old`;
    return { outputs, summary: holds ? `${found.status}, ${age}, ${waiting} waiting` : problems.join('; ') };
  },
};

function reportIn(bytes: Buffer, file: string): JsonObject {
  try {
    if (bytes.length > LARGEST) throw new Error('it is larger than 1 MiB');
    const value = parseJson(bytes.toString('utf8'));
    if (isJsonObject(value)) return value;
    throw new Error('it is no JSON object');
  } catch (cause) {
    throw new StepError(
      'CHECK_FAILED',
      `The health file ${file} cannot be read: ${cause instanceof Error ? cause.message : ''}.`,
      { cause },
    );
  }
}

function judged(input: Input, report: JsonObject, context: StepContext) {
  const problems: string[] = [];
  const status = valueAt(report, input.statusField);
  const name = typeof status === 'string' ? status : '';
  if (!input.ok.includes(name)) problems.push(`its status is ${name || 'missing'}, not ${input.ok.join(' or ')}`);
  const time = valueAt(report, input.timeField);
  const ageMs = typeof time === 'string' ? context.now().getTime() - Date.parse(time) : Number.NaN;
  const most = context.scaled(input.maxAge);
  const fresh = ageMs <= most;
  if (Number.isNaN(ageMs)) problems.push(`it has no time in ${input.timeField}`);
  else if (!fresh)
    problems.push(`it is ${formatDuration(ageMs)} old, and ${formatDuration(Math.round(most))} is the most`);
  const numbers: Record<string, number> = {};
  for (const [key, path] of Object.entries(input.numbers)) {
    const value = valueAt(report, path);
    if (typeof value === 'number') numbers[key] = value;
    else problems.push(`${path} is no number`);
  }
  return { problems, status: name, ageMs: Number.isNaN(ageMs) ? -1 : Math.round(ageMs), fresh, numbers };
}

async function countWaiting({ folders, waitingOver }: Input, context: StepContext): Promise<number> {
  const before = Date.now() - waitingOver;
  let waiting = 0;
  for (const folder of folders) {
    const path = context.path(folder);
    const entries = await readdir(path, { withFileTypes: true }).catch((cause: unknown) => {
      throw new StepError('NOT_FOUND', `The folder ${path} cannot be read.`, { cause });
    });
    for (const entry of entries.filter((one) => one.isFile() && !one.name.startsWith('.'))) {
      // When it came here: a file that is renamed into a folder keeps the time of its content.
      const info = await stat(join(path, entry.name)).catch(() => undefined);
      if (info && info.ctimeMs <= before) waiting += 1;
    }
  }
  return waiting;
}
