import type { z } from 'zod';
import type { jsonlCount as kind } from './jsonl.count.kind.js';
import type { JsonObject } from '../../model/json.js';
import { eachRecord, matches, valueAt } from '../shared/jsonl.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

type Input = z.infer<(typeof kind)['input']>;

export const jsonlCount: HandlerOf<typeof kind> = {
  async do(input, context) {
    const file = context.path(input.file);
    const from = fromOf(input, context);
    const counts: Record<string, number> = {};
    const seen = new Map<string, Set<string>>();
    for (const name of Object.keys(input.counts)) {
      counts[name] = 0;
      seen.set(name, new Set());
    }
    const window = { lines: 0, first: '', last: '', timeless: 0 };
    const malformed = await eachRecord(file, context.signal, (record) => {
      const time = timeOf(record, input.timeField);
      if (from !== undefined && time === undefined) {
        window.timeless += 1;
        return;
      }
      if (from !== undefined && Date.parse(time ?? '') < from) return;
      window.lines += 1;
      if (time !== undefined) {
        window.first ||= time;
        window.last = time;
      }
      for (const [name, where] of Object.entries(input.counts)) {
        if (matches(record, where) && isNew(record, input.distinct, seen.get(name)))
          counts[name] = (counts[name] ?? 0) + 1;
      }
    });
    const { lines, first, last } = window;
    const outputs = { lines, malformed: malformed + window.timeless, counts, first, last };
    const since = from === undefined ? null : new Date(from).toISOString();
    const facts = { file: input.file, since, where: input.counts, distinct: input.distinct ?? null, ...outputs };
    await context.evidence.write('counts.json', `${JSON.stringify(facts, null, 2)}\n`);
    const summaries = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
    return { outputs, summary: `${lines} records: ${summaries.join(', ')}` };
  },
};

/** Milliseconds from which records count; undefined = all. */
function fromOf({ since, window }: Input, context: StepContext): number | undefined {
  const from: number[] = [];
  if (since !== undefined) {
    const time = Date.parse(since);
    if (Number.isNaN(time)) throw new StepError('BAD_INPUT', `\`since\` is no time: ${since.slice(0, 60)}.`);
    from.push(time);
  }
  if (window !== undefined) from.push(context.now().getTime() - context.scaled(window));
  return from.length === 0 ? undefined : Math.max(...from);
}

function timeOf(record: JsonObject, field: string): string | undefined {
  const value = valueAt(record, field);
  return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : undefined;
}

/** With `distinct`, a record without that field counts as none. */
function isNew(record: JsonObject, field: string | undefined, seen: Set<string> | undefined): boolean {
  if (field === undefined || !seen) return true;
  const value = valueAt(record, field);
  if (value === undefined) return false;
  const key = JSON.stringify(value);
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}
