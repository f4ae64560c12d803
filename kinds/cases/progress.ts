import type { StepContext } from '../../activities/step/step.js';
import type { Tally } from './metrics.js';

/** Shows how far a run is, and when it will have ended. @param sent cases of this attempt */
export function showProgress(tally: Tally, sent: number, elapsedMs: number, context: StepContext): void {
  const { done, total, agreed, comparable, blocked } = tally.figures();
  const left = sent === 0 ? undefined : (elapsedMs / sent) * (total - done);
  context.progress({
    done,
    total,
    ...(left === undefined ? {} : { forecast: new Date(context.now().getTime() + left).toISOString() }),
    text: `${done}/${total} · ${agreed} of ${comparable} agree · ${blocked} blocked · 429: ${tally.retried} retried`,
  });
}
