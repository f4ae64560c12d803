import { z } from 'zod';
import type { casesCompare as kind } from './cases.compare.kind.js';
import { compare, holdsNothing, notCompared, type Run } from './cases.compare.recompute.js';
import { confusionOf } from './metrics.js';
import { readResults } from './results.js';
import { asStep } from '../shared/as-step.js';
import { readJson } from '../shared/json.js';
import { readWhole } from '../shared/read-file.js';
import { accountText, figuresOfAccount, ReadingError, refuseUnreadable } from '../shared/reading.js';
import { textOf } from '../shared/text.js';
import { exists } from '../shared/tree.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';

type Input = z.infer<(typeof kind)['input']>;

export const casesCompare: HandlerOf<typeof kind> = {
  async do(input, context) {
    const baseline = await baselineOf(input, context);
    const current: Run = { verdicts: input.current, confusion: input.currentConfusion };
    const why = 'none' in baseline ? baseline.none : undefined;
    if ('none' in baseline || holdsNothing(baseline)) {
      const reason = why ?? 'the earlier run holds no case';
      await context.evidence.write('compare.json', `${JSON.stringify({ compared: false, reason, unknown: [] })}\n`);
      return { outputs: notCompared(current), summary: `not compared: ${reason}` };
    }
    const { before, now, changed, drop, unknown, small, agreed, outputs } = compare(
      baseline,
      current,
      input.maxDrop,
      input.minCases,
    );
    const record = {
      compared: true,
      agreement: agreed,
      drop,
      unknown,
      small,
      changed: changed.map((id) => ({ id, before: before[id], now: now[id] ?? null })),
    };
    await context.evidence.write('compare.json', `${JSON.stringify(record, null, 2)}\n`);
    const cases = baseline.verdicts
      ? `${changed.length} of ${Object.keys(before).length} cases changed`
      : 'which cases changed is not known';
    const unread = unknown.length > 0 ? ` (no comparable verdict of ${unknown.join(', ')})` : '';
    return {
      outputs: { ...outputs, ...(input.baselineFile === undefined ? {} : sharesOf(baseline.confusion)) },
      summary: `${cases}; largest drop of a class ${drop ? `${(drop.drop * 100).toFixed(0)} points (${drop.verdict})` : `not known${unread}`}${smallText(small, input.minCases)}${accountText(figuresOfAccount(outputs))}`,
    };
  },
};

/** How an earlier cycle stood, from its counts by "expected>got". */
function sharesOf(confusion: Run['confusion']): { accuracyBefore?: number; blockedBefore?: number } {
  const counts = Object.entries(confusion ?? {}).map(([key, count]) => ({ cell: key.split('>'), count }));
  const all = counts.reduce((sum, { count }) => sum + count, 0);
  if (all === 0) return {};
  const share = (of: (cell: string[]) => boolean): number =>
    counts.reduce((sum, { cell, count }) => sum + (of(cell) ? count : 0), 0) / all;
  return {
    accuracyBefore: share(([expected, got]) => expected === got),
    blockedBefore: share(([, got]) => got === 'blocked'),
  };
}

function smallText(small: readonly string[], minCases: number): string {
  return small.length === 0 ? '' : `; not judged, with fewer than ${minCases} cases: ${small.join(', ')}`;
}

/** The earlier run, or why there is none to compare with. */
async function baselineOf(input: Input, context: StepContext): Promise<Run | NoRun> {
  if (input.baselineFile === undefined) {
    return input.baseline || input.baselineConfusion
      ? { verdicts: input.baseline, confusion: input.baselineConfusion }
      : { none: 'there is no earlier run' };
  }
  const path = context.path(input.baselineFile);
  if (!(await exists(path))) return { none: `the earlier run ${input.baselineFile} is not there` };
  const bytes = await readWhole(path, 'The earlier run');
  return asStep(() => (path.endsWith('.jsonl') ? runOfResults(bytes, input) : runOfMetrics(bytes, path)));
}

function runOfResults(bytes: Uint8Array, { unreadable, columns, classes, baselineFile = '' }: Input): Run {
  const { results, account } = readResults(bytes, columns && { columns, classes });
  refuseUnreadable(account, unreadable, `lines of ${baselineFile}`);
  const verdicts = Object.fromEntries(results.map(({ id, verdict }) => [id, verdict ?? 'none']));
  return { verdicts, confusion: confusionOf(results), unreadable: account.unreadable };
}

interface NoRun {
  none: string;
}

const metrics = z
  .object({
    complete: z.boolean().optional(),
    verdicts: z.record(z.string(), z.string()).optional(),
    confusion: z.record(z.string(), z.number().min(0)).optional(),
  })
  .refine(({ verdicts, confusion }) => verdicts !== undefined || confusion !== undefined);

function runOfMetrics(bytes: Uint8Array, path: string): Run | NoRun {
  const { value, why } = readJson(textOf(bytes, `The earlier run ${path}`));
  if (value === undefined) throw new ReadingError('CHECK_FAILED', `The earlier run ${path} ${why}.`);
  const { data, error } = metrics.safeParse(value);
  if (data?.complete === false) return { none: `the earlier run ${path} was stopped before its end` };
  if (data) return data;
  throw new ReadingError('CHECK_FAILED', `${path} is no results.jsonl or metrics.json of an earlier run.`, error);
}
