import { z } from 'zod';
import { parseJson } from '../../model/json.js';
import { agreement } from '../../model/expression/statistics.js';
import type { casesCompare as kind } from './cases.compare.kind.js';
import { VERDICT_CLASSES } from './verdict-class.js';
import type { RecomputeOf } from '../shared/recompute-of.js';

/** What is compared of one run. */
export interface Run {
  verdicts?: Record<string, string> | undefined;
  confusion?: Record<string, number> | undefined;
  /** Lines of its file that are no result. */
  unreadable?: number;
}

/** Two runs of this go-live are in its inputs; an earlier run's file is not in this bundle. */
export const recomputeCasesCompare: RecomputeOf<typeof kind> = (input, read) => {
  if (input.baselineFile !== undefined || !(input.baseline || input.baselineConfusion)) return undefined;
  const baseline = { verdicts: input.baseline, confusion: input.baselineConfusion };
  const current = { verdicts: input.current, confusion: input.currentConfusion };
  if (isEarlier(read('compare.json'))) return earlierOutputs(baseline, current, input.maxDrop);
  return holdsNothing(baseline)
    ? notCompared(current)
    : compare(baseline, current, input.maxDrop, input.minCases).outputs;
};

/** Whether a run has no case to compare with. */
export const holdsNothing = ({ verdicts, confusion }: Run): boolean =>
  Object.keys(verdicts ?? {}).length === 0 && Object.values(confusion ?? {}).every((count) => count === 0);

/** Without an earlier run nothing is known, and what is not known is no good news. */
export function notCompared({ verdicts }: Run) {
  return {
    looked: 0,
    unreadable: 0,
    leftOut: Object.keys(verdicts ?? {}).length,
    compared: false,
    worstClass: 'none',
    exceeds: true,
  };
}

/**
 * Compares a run with an earlier one.
 *
 * @param maxDrop how far the recall of a class may fall, as a ratio of 1
 * @param minCases fewest comparable cases of a class in the earlier run, for its drop to be judged
 */
export function compare(baseline: Run, current: Run, maxDrop: number, minCases = 1) {
  const { before, now, changed, agreed, account } = verdictsOf(baseline, current);
  const small = COMPARED.filter((verdict) => {
    const count = casesOf(baseline.confusion ?? {}, verdict);
    return count > 0 && count < minCases;
  });
  const judged = without(baseline.confusion, small);
  const unknown = unknownClasses(judged, current.confusion);
  const fell = largestDrop(judged, current.confusion);
  // What is known to have fallen too far has, whatever is not known besides.
  const drop = unknown.length === 0 || (fell && fell.drop > maxDrop) ? fell : undefined;
  const outputs = {
    ...account,
    compared: true,
    ...(agreed === undefined ? {} : { agreement: agreed }),
    ...(baseline.verdicts ? { changed: changed.length } : {}),
    ...(drop === undefined ? {} : { maxDrop: drop.drop }),
    worstClass: drop?.verdict ?? unknown[0] ?? 'none',
    exceeds: drop === undefined || drop.drop > maxDrop,
  };
  return { before, now, changed, drop, unknown, small, agreed, outputs };
}

function verdictsOf(baseline: Run, current: Run) {
  const before = baseline.verdicts ?? {};
  const now = current.verdicts ?? {};
  const changed = Object.keys(before).filter((id) => before[id] !== now[id]);
  const agreed = baseline.verdicts && current.verdicts ? agreement(before, now) : undefined;
  const account = {
    looked: Object.keys(before).length,
    unreadable: baseline.unreadable ?? 0,
    leftOut: Object.keys(now).filter((id) => !Object.hasOwn(before, id)).length,
  };
  return { before, now, changed, agreed, account };
}

const unknownIn = z.object({ compared: z.boolean(), unknown: z.array(z.string()).optional() });

/** Versions before did not name the classes whose drop is not known, and took them for good. */
function isEarlier(record: Buffer | undefined): boolean {
  if (record === undefined) return false;
  const { compared, unknown } = unknownIn.parse(parseJson(record.toString('utf8')));
  return compared && unknown === undefined;
}

function earlierOutputs(baseline: Run, current: Run, maxDrop: number) {
  const { changed, agreed, account } = verdictsOf(baseline, current);
  const drop = largestDrop(baseline.confusion, current.confusion);
  return {
    ...account,
    compared: true,
    ...(agreed === undefined ? {} : { agreement: agreed }),
    changed: changed.length,
    ...(drop === undefined ? {} : { maxDrop: drop.drop }),
    worstClass: drop?.verdict ?? 'none',
    exceeds: drop !== undefined && drop.drop > maxDrop,
  };
}

const COMPARED = VERDICT_CLASSES.filter((verdict) => verdict !== 'blocked');

/** Recall of each class in both runs; the class (blocked apart) that fell most, as a ratio of 1; 0 when none fell. */
export function largestDrop(
  before: Record<string, number> | undefined,
  now: Record<string, number> | undefined,
): { verdict: string; drop: number } | undefined {
  if (!before || !now) return undefined;
  const drops = COMPARED.flatMap((verdict) => {
    const was = recall(before, verdict);
    const is = recall(now, verdict);
    return was === undefined || is === undefined ? [] : [{ verdict, drop: was - is }];
  });
  if (drops.length === 0) return undefined;
  const worst = drops.reduce((a, b) => (b.drop > a.drop ? b : a));
  return worst.drop > 0 ? worst : { verdict: 'none', drop: 0 };
}

/** The classes that the earlier run had comparable verdicts of, and this one has none: how far they fell is not known. */
function unknownClasses(before: Record<string, number> = {}, now: Record<string, number> = {}): string[] {
  return COMPARED.filter((verdict) => recall(before, verdict) !== undefined && recall(now, verdict) === undefined);
}

function recall(confusion: Record<string, number>, verdict: string): number | undefined {
  const all = casesOf(confusion, verdict);
  return all === 0 ? undefined : (confusion[`${verdict}>${verdict}`] ?? 0) / all;
}

function casesOf(confusion: Record<string, number>, verdict: string): number {
  return Object.entries(confusion)
    .filter(([key]) => key.startsWith(`${verdict}>`))
    .reduce((sum, [, count]) => sum + count, 0);
}

function without(confusion: Run['confusion'], verdicts: readonly string[]): Run['confusion'] {
  const kept = Object.entries(confusion ?? {}).filter(([key]) => !verdicts.some((one) => key.startsWith(`${one}>`)));
  return confusion && Object.fromEntries(kept);
}
