import type { z } from 'zod';
import { agreement } from '../../model/expression/statistics.js';
import type { casesCompare as kind } from './cases.compare.kind.js';
import { VERDICT_CLASSES } from './manifest.js';
import { type CaseResult, confusionOf } from './metrics.js';
import { readNeeded } from '../shared/replace.js';
import { exists } from '../shared/tree.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

type Input = z.infer<(typeof kind)['input']>;
interface Run {
  verdicts?: Record<string, string> | undefined;
  confusion?: Record<string, number> | undefined;
}

export const casesCompare: HandlerOf<typeof kind> = {
  async do(input, context) {
    const baseline = await baselineOf(input, context);
    const current: Run = { verdicts: input.current, confusion: input.currentConfusion };
    if (!baseline) {
      await context.evidence.write('compare.json', `${JSON.stringify({ compared: false })}\n`);
      return {
        outputs: { compared: false, changed: 0, worstClass: 'none', exceeds: false },
        summary: 'no earlier run to compare with',
      };
    }
    const { before, now, changed, drop, agreed, outputs } = compare(baseline, current, input.maxDrop);
    const record = {
      compared: true,
      agreement: agreed,
      drop,
      changed: changed.map((id) => ({ id, before: before[id], now: now[id] ?? null })),
    };
    await context.evidence.write('compare.json', `${JSON.stringify(record, null, 2)}\n`);
    return {
      outputs,
      summary: `${changed.length} of ${Object.keys(before).length} cases changed; largest drop of a class ${drop ? `${(drop.drop * 100).toFixed(0)} points (${drop.verdict})` : 'not known'}`,
    };
  },
  // Two runs of this go-live are in its inputs; an earlier run's file is not in this bundle.
  recompute(input) {
    if (input.baselineFile !== undefined || !(input.baseline || input.baselineConfusion)) return undefined;
    const baseline = { verdicts: input.baseline, confusion: input.baselineConfusion };
    return compare(baseline, { verdicts: input.current, confusion: input.currentConfusion }, input.maxDrop).outputs;
  },
};

function compare(baseline: Run, current: Run, maxDrop: number) {
  const before = baseline.verdicts ?? {};
  const now = current.verdicts ?? {};
  const changed = Object.keys(before).filter((id) => before[id] !== now[id]);
  const drop = largestDrop(baseline.confusion, current.confusion);
  const agreed = baseline.verdicts && current.verdicts ? agreement(before, now) : undefined;
  const outputs = {
    compared: true,
    ...(agreed === undefined ? {} : { agreement: agreed }),
    changed: changed.length,
    ...(drop === undefined ? {} : { maxDrop: drop.drop }),
    worstClass: drop?.verdict ?? 'none',
    exceeds: drop !== undefined && drop.drop > maxDrop,
  };
  return { before, now, changed, drop, agreed, outputs };
}

async function baselineOf(input: Input, context: StepContext): Promise<Run | undefined> {
  if (input.baselineFile === undefined) {
    return input.baseline || input.baselineConfusion
      ? { verdicts: input.baseline, confusion: input.baselineConfusion }
      : undefined;
  }
  const path = context.path(input.baselineFile);
  if (!(await exists(path))) return undefined;
  const text = (await readNeeded(path, 'The earlier run')).toString('utf8');
  try {
    if (path.endsWith('.jsonl')) {
      const results = text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as CaseResult);
      return {
        verdicts: Object.fromEntries(results.map(({ id, verdict }) => [id, verdict ?? 'none'])),
        confusion: confusionOf(results),
      };
    }
    const { confusion, verdicts } = JSON.parse(text) as Run;
    return { confusion, verdicts };
  } catch {
    throw new StepError('EXPECTATION_FAILED', `${path} is no results.jsonl or metrics.json of an earlier run.`);
  }
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
    return was === undefined || is === undefined ? [] : [{ verdict: verdict as string, drop: was - is }];
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
