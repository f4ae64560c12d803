import type { StepContext } from '../../activities/step/step.js';
import { type CaseResult, tallies } from './metrics.js';
import type { Expected } from './verdict-class.js';

/** Shows how far a run is, and when it will have ended. @param sent cases of this attempt */
export function showProgress(
  cases: readonly Expected[],
  results: readonly CaseResult[],
  sent: number,
  elapsedMs: number,
  context: StepContext,
): void {
  const { done, total, agreed, comparable, blocked } = tallies(cases, results);
  const left = sent === 0 ? undefined : (elapsedMs / sent) * (total - done);
  const retried = results.reduce((sum, result) => sum + result.retries429, 0);
  context.progress({
    done,
    total,
    ...(left === undefined ? {} : { forecast: new Date(context.now().getTime() + left).toISOString() }),
    text: `${done}/${total} · ${agreed} of ${comparable} agree · ${blocked} blocked · 429: ${retried} retried`,
  });
}
