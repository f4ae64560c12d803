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
export const recomputeCasesCompare: RecomputeOf<typeof kind> = (input) => {
  if (input.baselineFile !== undefined || !(input.baseline || input.baselineConfusion)) return undefined;
  const baseline = { verdicts: input.baseline, confusion: input.baselineConfusion };
  return compare(baseline, { verdicts: input.current, confusion: input.currentConfusion }, input.maxDrop).outputs;
};

/**
 * Compares a run with an earlier one.
 *
 * @param maxDrop how far the recall of a class may fall, as a ratio of 1
 */
export function compare(baseline: Run, current: Run, maxDrop: number) {
  const before = baseline.verdicts ?? {};
  const now = current.verdicts ?? {};
  const changed = Object.keys(before).filter((id) => before[id] !== now[id]);
  const drop = largestDrop(baseline.confusion, current.confusion);
  const agreed = baseline.verdicts && current.verdicts ? agreement(before, now) : undefined;
  const outputs = {
    looked: Object.keys(before).length,
    unreadable: baseline.unreadable ?? 0,
    leftOut: Object.keys(now).filter((id) => !Object.hasOwn(before, id)).length,
    compared: true,
    ...(agreed === undefined ? {} : { agreement: agreed }),
    changed: changed.length,
    ...(drop === undefined ? {} : { maxDrop: drop.drop }),
    worstClass: drop?.verdict ?? 'none',
    exceeds: drop !== undefined && drop.drop > maxDrop,
  };
  return { before, now, changed, drop, agreed, outputs };
}

/** Recall of each class in both runs; the class (blocked apart) that fell most, as a ratio of 1; 0 when none fell. */
export function largestDrop(
  before: Record<string, number> | undefined,
  now: Record<string, number> | undefined,
): { verdict: string; drop: number } | undefined {
  if (!before || !now) return undefined;
  const drops = VERDICT_CLASSES.filter((verdict) => verdict !== 'blocked').flatMap((verdict) => {
    const was = recall(before, verdict);
    const is = recall(now, verdict);
    return was === undefined || is === undefined ? [] : [{ verdict, drop: was - is }];
  });
  if (drops.length === 0) return undefined;
  const worst = drops.reduce((a, b) => (b.drop > a.drop ? b : a));
  return worst.drop > 0 ? worst : { verdict: 'none', drop: 0 };
}

function recall(confusion: Record<string, number>, verdict: string): number | undefined {
  const all = Object.entries(confusion)
    .filter(([key]) => key.startsWith(`${verdict}>`))
    .reduce((sum, [, count]) => sum + count, 0);
  return all === 0 ? undefined : (confusion[`${verdict}>${verdict}`] ?? 0) / all;
}
