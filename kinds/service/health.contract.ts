import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import type { healthContract as kind } from './health.contract.kind.js';
import { formatDuration, tookText } from '../../model/duration.js';
import { errnoOf } from '../../host/errno.js';
import { isJsonObject, type JsonObject } from '../../model/json.js';
import { asStep } from '../shared/as-step.js';
import { readJson } from '../shared/json.js';
import { valueAt } from '../shared/jsonl.js';
import { numberIn } from '../shared/numbers.js';
import { readWhole } from '../shared/read-file.js';
import {
  type Account,
  countUnreadable,
  figuresOfAccount,
  nothingRead,
  ReadingError,
  refuseUnreadable,
} from '../shared/reading.js';
import { textOf } from '../shared/text.js';
import { timeIn } from '../shared/times.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

type Input = z.infer<(typeof kind)['input']>;
const LARGEST = 1024 * 1024;

export const healthContract: HandlerOf<typeof kind> = {
  async do(input, context) {
    const { problems, ...found } = await contractOf(input, context);
    const { waiting, backlogs, account } = await countWaiting(input, context);
    asStep(() => refuseUnreadable(account, input.unreadable, 'files that wait'));
    const holds = problems.length === 0;
    const reason = context.redact(problems.join('; '));
    const outputs = { ...figuresOfAccount(account), holds, reason, ...found, waiting, backlogs };
    if (!holds && input.judge) {
      throw new StepError('CHECK_FAILED', `The health contract of ${input.file} is broken: ${reason}.`, {
        facts: { ...outputs },
        evidence: context.evidence.refs(),
      });
    }
    const age = `${tookText(Math.max(0, found.ageMs))} old`;
    return { outputs, summary: holds ? `${found.status}, ${age}, ${waiting} waiting` : reason };
  },
};

/** Nothing that a report would say is known without one. */
const NO_REPORT = { status: '', ageMs: -1, fresh: false, numbers: {} };

/** What the report says; one that cannot be read breaks the contract where that is told and not judged. */
async function contractOf(input: Input, context: StepContext): Promise<ReturnType<typeof judged>> {
  const path = context.path(input.file);
  try {
    const bytes = await readWhole(path, 'The health file', LARGEST);
    const masked = await context.bytesWithoutCredentials(bytes);
    await context.evidence.write('health.json', masked.bytes);
    return judged(
      input,
      asStep(() => reportIn(bytes, input.file)),
      context,
    );
  } catch (error) {
    if (input.judge || !(error instanceof StepError)) throw error;
    return { problems: [error.message.replace(/\.$/, '')], ...NO_REPORT };
  }
}

function reportIn(bytes: Buffer, file: string): JsonObject {
  const text = textOf(bytes, `The health file ${file}`);
  const { value, why } = readJson(text);
  if (value === undefined) throw new ReadingError('CHECK_FAILED', `The health file ${file} ${why}.`);
  if (isJsonObject(value)) return value;
  throw new ReadingError('CHECK_FAILED', `The health file ${file} is no JSON object.`);
}

function judged(input: Input, report: JsonObject, context: StepContext) {
  const problems: string[] = [];
  const status = valueAt(report, input.statusField);
  const name = typeof status === 'string' ? status : '';
  if (!input.ok.includes(name)) problems.push(`its status is ${name || 'missing'}, not ${input.ok.join(' or ')}`);
  const now = context.now().getTime();
  const time = timeIn(valueAt(report, input.timeField), { unit: input.timeUnit, now, skewMs: input.skew });
  const ageMs = 'ms' in time ? now - time.ms : -1;
  const most = context.scaled(input.maxAge);
  const fresh = 'ms' in time && ageMs <= most;
  if ('problem' in time) problems.push(`its ${input.timeField} ${time.problem}`);
  else if (!fresh)
    problems.push(`it is ${formatDuration(ageMs)} old, and ${formatDuration(Math.round(most))} is the most`);
  const numbers = new Map<string, number>();
  for (const [key, path] of Object.entries(input.numbers)) {
    const value = numberIn(valueAt(report, path));
    if (value !== undefined) numbers.set(key, value);
    else problems.push(`${path} is no number`);
  }
  return { problems, status: name, ageMs: Math.round(ageMs), fresh, numbers: Object.fromEntries(numbers) };
}

/** Files that wait. Hidden ones, and what is no file, are left out; what cannot be looked at is unreadable. */
async function countWaiting(
  { folders, waitingOver }: Input,
  context: StepContext,
): Promise<{ waiting: number; backlogs: Record<string, number>; account: Account }> {
  const before = Date.now() - waitingOver;
  const account = nothingRead();
  const backlogs = new Map<string, number>();
  for (const folder of folders) {
    let waiting = 0;
    const path = context.path(folder);
    const entries = await readdir(path, { withFileTypes: true }).catch((cause: unknown) => {
      throw new StepError('NOT_FOUND', `The folder ${path} cannot be read.`, { cause });
    });
    for (const entry of entries) {
      // When it came here: a file that is renamed into a folder keeps the time of its content.
      const came = entry.isFile() && !entry.name.startsWith('.') ? await cameAt(join(path, entry.name)) : 'left out';
      if (came === 'left out') account.leftOut += 1;
      else if (came === undefined) countUnreadable(account, join(folder, entry.name));
      else {
        account.looked += 1;
        if (came <= before) waiting += 1;
      }
    }
    backlogs.set(folder, waiting);
  }
  const waiting = [...backlogs.values()].reduce((sum, one) => sum + one, 0);
  return { waiting, backlogs: Object.fromEntries(backlogs), account };
}

/** What went away meanwhile does not wait any more. */
async function cameAt(path: string): Promise<number | 'left out' | undefined> {
  try {
    return (await stat(path)).ctimeMs;
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? 'left out' : undefined;
  }
}
