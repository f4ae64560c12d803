import type { z } from 'zod';
import type { jsonlCount as kind } from './jsonl.count.kind.js';
import type { JsonObject } from '../../model/json.js';
import { largest } from '../../model/largest.js';
import { asStep } from '../shared/as-step.js';
import { matches, recordReader, valueAt } from '../shared/jsonl.js';
import type { Seen } from '../shared/lines.js';
import { readLines } from '../shared/read-file.js';
import { accountText, figuresOfAccount, refuseUnreadable } from '../shared/reading.js';
import { type TimeOptions, timeIn, zonedTime } from '../shared/times.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

/** Most values that are kept to be told apart, of all counts together. */
const MOST_DISTINCT = 5_000_000;

type Input = z.infer<(typeof kind)['input']>;

export const jsonlCount: HandlerOf<typeof kind> = {
  async do(input, context) {
    const from = fromOf(input, context);
    const clock = { unit: input.timeUnit, now: context.now().getTime(), skewMs: input.skew };
    const tally = tallyOf(input, from, clock);
    const file = context.path(input.file);
    const account = await readLines(file, 'The file of records', recordReader(tally.take), context.signal);
    const { counts, first, last } = tally.found();
    const outputs = {
      ...figuresOfAccount(account),
      lines: account.looked,
      malformed: account.unreadable,
      counts,
      first,
      last,
    };
    const since = from === undefined ? null : new Date(from).toISOString();
    const problem = account.problem ?? null;
    const facts = { file: input.file, since, where: input.counts, distinct: input.distinct ?? null, problem };
    await context.evidence.write('counts.json', `${JSON.stringify({ ...facts, ...outputs }, null, 2)}\n`);
    asStep(
      () => refuseUnreadable(account, input.unreadable, `records of ${input.file}`),
      () => ({ facts: { ...outputs }, evidence: context.evidence.refs() }),
    );
    const summaries = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
    return { outputs, summary: `${account.looked} records: ${summaries.join(', ')}${accountText(account)}` };
  },
};

/** Counts records as they come. */
function tallyOf(input: Input, from: number | undefined, clock: TimeOptions) {
  const filters = Object.entries(input.counts).map(([name, where]) => ({
    name,
    where,
    count: 0,
    seen: new Set<string>(),
  }));
  let kept = 0;
  const isNew = (record: JsonObject, seen: Set<string>): boolean => {
    if (input.distinct === undefined) return true;
    const value = valueAt(record, input.distinct);
    // A record without that field counts as none.
    if (value === undefined) return false;
    const key = JSON.stringify(value);
    if (seen.has(key)) return false;
    if (kept === MOST_DISTINCT) {
      const most = `${MOST_DISTINCT} values of \`${input.distinct}\` can be told apart`;
      throw new StepError('CHECK_FAILED', `${most}, and ${input.file} has more; count less of it at once.`);
    }
    kept += 1;
    seen.add(key);
    return true;
  };
  const window = { first: '', last: '' };
  const take = (record: JsonObject): Seen => {
    const value = valueAt(record, input.timeField);
    const time = timeIn(value, clock);
    if (from !== undefined) {
      if ('problem' in time) return { problem: time.problem };
      if (time.ms < from) return 'left out';
    }
    if ('ms' in time) {
      const told = typeof value === 'string' ? value : new Date(time.ms).toISOString();
      window.first ||= told;
      window.last = told;
    }
    for (const filter of filters) {
      if (matches(record, filter.where) && isNew(record, filter.seen)) filter.count += 1;
    }
    return undefined;
  };
  const found = () => ({ counts: Object.fromEntries(filters.map(({ name, count }) => [name, count])), ...window });
  return { take, found };
}

/** Milliseconds from which records count; undefined = all. */
function fromOf({ since, window }: Input, context: StepContext): number | undefined {
  const from: number[] = [];
  if (since !== undefined) {
    const time = zonedTime(since);
    if ('problem' in time) throw new StepError('BAD_INPUT', `\`since\` ${time.problem}.`);
    from.push(time.ms);
  }
  if (window !== undefined) from.push(context.now().getTime() - context.scaled(window));
  return largest(from);
}
