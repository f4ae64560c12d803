import type { z } from 'zod';
import type { logScan as kind } from './log.scan.kind.js';
import { type Log, type Mark, markOf, readLogFile, readServiceLog } from './log-source.js';
import { matchLines } from '../shared/patterns.js';
import type { StackDriver } from '../stack/contract.js';
import { openStack } from '../stack/driver.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

const KEPT_LINES = 1000;
const EXCERPT = 300;

type Input = z.infer<(typeof kind)['input']>;
type Marks = Record<string, Mark>;

export const logScan: HandlerOf<typeof kind> = {
  async do(input, context) {
    const stack = input.stack === undefined ? undefined : await openStack({ ...input, stack: input.stack }, context);
    const logs = await readLogs(input, stack, context);
    const kept: string[] = [];
    const found = new Set<string>();
    const forbidden: string[] = [];
    let matched = 0;
    for (const log of logs) {
      const place = (at: number): string => `${log.name}:${log.first + at}: ${log.lines[at]?.slice(0, EXCERPT) ?? ''}`;
      const needed = matchLines(input.needed, log.lines);
      needed.forEach((places, index) => {
        if (places.length > 0) found.add(input.needed[index] ?? '');
      });
      const lines = [...new Set(needed.flat())];
      matched += lines.length;
      const bad = [...new Set(matchLines(input.forbidden, log.lines).flat())].map(place);
      forbidden.push(...bad);
      kept.push(...lines.map(place), ...bad.map((line) => `forbidden ${line}`));
    }
    await context.evidence.write(
      'matches.txt',
      kept
        .slice(0, KEPT_LINES)
        .map((line) => `${line}\n`)
        .join(''),
    );
    const lines = logs.reduce((sum, log) => sum + log.lines.length, 0);
    const missing = input.needed.filter((pattern) => !found.has(pattern));
    judge(forbidden, missing, lines, context);
    return {
      outputs: { lines, matched, missing, forbidden: 0 },
      summary: `${lines} lines: ${input.needed.length} of ${input.needed.length} needed patterns found, nothing forbidden`,
    };
  },
};

function judge(forbidden: string[], missing: string[], lines: number, context: StepContext): void {
  const evidence = context.evidence.refs();
  if (forbidden.length > 0) {
    const more = forbidden.length > 1 ? ` (and ${forbidden.length - 1} more)` : '';
    throw new StepError('EXPECTATION_FAILED', `A line that must not be there: ${forbidden[0]}${more}`, {
      facts: { forbidden: forbidden.length, lines },
      evidence,
    });
  }
  if (missing.length > 0) {
    throw new StepError('CHECK_FAILED', `No line of ${lines} matches ${missing.join(' or ')}.`, {
      facts: { missing, lines },
      evidence,
    });
  }
}

async function readLogs(input: Input, stack: StackDriver | undefined, context: StepContext): Promise<Log[]> {
  const services = stack ? (input.services ?? (await stack.ps()).map(({ name }) => name)) : [];
  const files = input.files ?? [];
  const marks = input.since === 'now' ? await firstMarks(files, services, stack, context) : {};
  const logs: Log[] = [];
  for (const name of files) logs.push(await readLogFile(name, context.path(name), marks[`file ${name}`]));
  for (const name of services) if (stack) logs.push(await readServiceLog(stack, name, marks[`service ${name}`]));
  const { tail } = input;
  return tail === undefined ? logs : logs.map((log) => lastOf(log, tail));
}

function lastOf(log: Log, tail: number): Log {
  const skipped = Math.max(0, log.lines.length - tail);
  return { ...log, first: log.first + skipped, lines: log.lines.slice(skipped) };
}

/** Where the logs stood when the step first looked; kept, so that later looks and attempts begin there as well. */
async function firstMarks(
  files: string[],
  services: string[],
  stack: StackDriver | undefined,
  context: StepContext,
): Promise<Marks> {
  const known = await context.recall();
  if (known && known.epoch === context.task.epoch) return known.marks as Marks;
  const marks: Marks = {};
  for (const name of files) marks[`file ${name}`] = await markOf(name, context.path(name));
  for (const name of services) {
    if (stack)
      marks[`service ${name}`] = { bytes: 0, lines: (await readServiceLog(stack, name, undefined)).lines.length };
  }
  await context.remember({ epoch: context.task.epoch, marks });
  return marks;
}
