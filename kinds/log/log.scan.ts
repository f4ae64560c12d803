import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { logScan as kind } from './log.scan.kind.js';
import { type Mark, markOf } from './log-mark.js';
import {
  countLost,
  type LogLooker,
  type LogRead,
  readLogFile,
  readServiceLog,
  serviceMarkSchema,
} from './log-source.js';
import { type Hit, Sieve } from './sieve.js';
import { asStep } from '../shared/as-step.js';
import {
  type Account,
  accountText,
  addAccount,
  figuresOfAccount,
  nothingRead,
  refuseUnreadable,
} from '../shared/reading.js';
import { readable } from '../../model/text/readable.js';
import type { StackDriver } from '../stack/contract.js';
import { openStack } from '../stack/driver.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { counted } from '../../model/text/counted.js';

const KEPT_LINES = 1000;
/** Lines that a page or a question can show, and how much of each, in UTF-16 units. */
const SHOWN_LINES = 10;
const SHOWN_LENGTH = 300;

type Input = z.infer<(typeof kind)['input']>;

/** Where logs stood when the step first looked; null for one that was not there, as earlier versions kept it. */
const marksSchema = z.record(z.string(), serviceMarkSchema.nullable());
type Marks = z.infer<typeof marksSchema>;

/** What was found in all logs. */
interface Finding {
  account: Account;
  found: Set<number>;
  matched: number;
  forbidden: number;
  hits: Hit[];
}

export const logScan: HandlerOf<typeof kind> = {
  async do(input, context) {
    const stack = input.stack === undefined ? undefined : await openStack({ ...input, stack: input.stack }, context);
    const finding = await scan(input, stack, context);
    const { account, hits, matched, forbidden } = finding;
    const kept = hits.filter(({ needed }) => needed.length > 0).map(({ shown }) => shown);
    const bad = hits.filter((hit) => hit.forbidden).map(({ shown }) => shown);
    const lines = [...bad.map((line) => `forbidden ${line}`), ...kept].slice(0, KEPT_LINES);
    const { text, credentials } = await context.withoutCredentials(lines.map((line) => `${line}\n`).join(''));
    await context.evidence.write('matches.txt', text);
    const missing = input.needed.filter((_, index) => !finding.found.has(index));
    const figures = figuresOfAccount(account);
    judge(input, { account, bad, forbidden, missing }, context);
    return {
      outputs: {
        ...figures,
        lines: figures.looked,
        matched,
        missing,
        forbidden,
        shown: shownOf(text),
        credentials,
      },
      summary: `${counted(figures.looked, 'line')}: ${foundText(input.needed.length)}nothing forbidden${accountText(account)}`,
    };
  },
};

function foundText(needed: number): string {
  return needed === 0 ? '' : `${needed} of ${needed} needed patterns found, `;
}

/** The first of the lines that are kept: nothing forbidden is among those of a step that passes. */
function shownOf(text: string): string[] {
  return text
    .split('\n', SHOWN_LINES)
    .filter((line) => line !== '')
    .map((line) => readable(line, SHOWN_LENGTH));
}

interface Judged {
  account: Account;
  bad: string[];
  forbidden: number;
  missing: string[];
}

function judge(input: Input, { account, bad, forbidden, missing }: Judged, context: StepContext): void {
  const evidence = context.evidence.refs();
  const figures = figuresOfAccount(account);
  if (forbidden > 0) {
    const more = forbidden > 1 ? ` (and ${forbidden - 1} more)` : '';
    throw new StepError('EXPECTATION_FAILED', `A line that must not be there: ${bad[0]}${more}`, {
      facts: { forbidden, lines: figures.looked, ...figures },
      evidence,
    });
  }
  asStep(
    () => refuseUnreadable(account, input.unreadable, 'lines'),
    () => ({ facts: { ...figures }, evidence }),
  );
  if (missing.length > 0) {
    const rest = accountText(account);
    throw new StepError('CHECK_FAILED', `No line of ${figures.looked} matches ${missing.join(' or ')}${rest}.`, {
      facts: { missing, lines: figures.looked, ...figures },
      evidence,
    });
  }
}

async function scan(input: Input, stack: StackDriver | undefined, context: StepContext): Promise<Finding> {
  const services = stack ? (input.services ?? (await stack.ps()).map(({ name }) => name)) : [];
  const files = input.files ?? [];
  const marks = input.since === 'now' ? await firstMarks(files, services, stack, context) : {};
  const before = JSON.stringify(marks);
  const finding: Finding = { account: nothingRead(), found: new Set(), matched: 0, forbidden: 0, hits: [] };
  for (const name of files) {
    const mark = marks[`file ${name}`];
    const from = mark && 'size' in mark ? mark : undefined;
    const seen = await sift(input, finding, context, (looker) => readLogFile(name, context.path(name), from, looker));
    if (seen) marks[`file ${name}`] = seen;
  }
  for (const name of services) {
    const log = stack?.wholeLog(name);
    const mark = marks[`service ${name}`] ?? undefined;
    const seen = log
      ? await sift(input, finding, context, (looker) => readServiceLog(name, log, mark, looker))
      : undefined;
    if (seen) marks[`service ${name}`] = seen;
  }
  // Before anything is judged: the next look must know what this one saw.
  if (JSON.stringify(marks) !== before) await context.remember({ epoch: context.task.epoch, marks });
  return finding;
}

/** Looks through one log and adds what was found. @returns its mark, with what this look saw */
async function sift(
  input: Input,
  finding: Finding,
  context: StepContext,
  read: (looker: LogLooker) => Promise<LogRead>,
): Promise<Mark | undefined> {
  const { needed, forbidden, tail } = input;
  const sieve = new Sieve({ needed, forbidden, tail, most: KEPT_LINES, redact: context.redact });
  const result = await read({
    line: (text, place) => sieve.take(text, place, false),
    broken: (text, place) => sieve.take(text, place, true),
    settle: () => sieve.settle(() => pauseOf(context)),
    signal: context.signal,
  });
  // What is lost could only have held what must not be there: what is needed and found is found.
  const account = forbidden.length > 0 ? countLost(result) : result.account;
  const { before, brokenBefore } = sieve.end();
  account.looked -= before - brokenBefore;
  account.unreadable -= brokenBefore;
  account.leftOut += before;
  addAccount(finding.account, account);
  for (const index of sieve.found) finding.found.add(index);
  for (const hit of sieve.hits) finding.hits.push(hit);
  finding.matched += sieve.matched;
  finding.forbidden += sieve.forbidden;
  return result.mark;
}

/** Lets all else of the worker go on, its heartbeats first. */
async function pauseOf({ signal }: StepContext): Promise<void> {
  await setImmediate();
  if (signal.aborted) throw new StepError('CANCELLED', 'The reading was stopped.');
}

/** Where the logs stood when the step first looked; kept, so that later looks and attempts begin there as well. */
async function firstMarks(
  files: string[],
  services: string[],
  stack: StackDriver | undefined,
  context: StepContext,
): Promise<Marks> {
  const known = await context.recall();
  if (known && known.epoch === context.task.epoch) return marksSchema.parse(known.marks);
  const time = context.now().toISOString();
  const marks: Marks = {};
  for (const name of files) marks[`file ${name}`] = await markOf(context.path(name), context.signal);
  for (const name of services) {
    const log = stack?.wholeLog(name);
    if (log) marks[`service ${name}`] = 'path' in log ? await markOf(log.path, context.signal) : { time };
  }
  await context.remember({ epoch: context.task.epoch, marks });
  return marks;
}
