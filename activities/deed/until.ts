import { formatDuration } from '../../model/duration.js';
import { evaluateBoolean } from '../../model/expression/expression.js';
import type { FailureCode } from '../../model/failure.js';
import type { JsonObject } from '../../model/json.js';
import type { UntilPlan } from '../../model/plan/plan.js';
import type { StepContext, StepOutcome } from '../step/step.js';
import { StepError } from '../step/step-error.js';
import { isStepError } from '../step/unwritable.js';

/** Failures that a later try may not show. */
const PASSING: readonly FailureCode[] = [
  'CHECK_FAILED',
  'CONNECTION_FAILED',
  'TIMED_OUT',
  'COMMAND_FAILED',
  'NOT_FOUND',
  'STACK_FAILED',
];
const SHORTEST_PAUSE_MS = 20;

/**
 * Repeats a deed until it holds as often running as the plan wants. The pause between tries is scaled in
 * rehearsals; the time within which it must hold is not, since real things take real time.
 *
 * @throws StepError TIMED_OUT with the last finding; at once whatever another try cannot change
 */
export async function repeatUntil(
  until: UntilPlan,
  tryOnce: () => Promise<StepOutcome<JsonObject>>,
  context: Pick<StepContext, 'progress' | 'scaled' | 'sleep'>,
): Promise<StepOutcome<JsonObject>> {
  const begun = performance.now();
  let last: Finding = { text: 'it was never looked at' };
  for (let tries = 1, held = 0; ; tries += 1) {
    const triedAt = performance.now();
    last = await tryAndJudge(until, tryOnce);
    held = last.outcome ? held + 1 : 0;
    if (last.outcome && held >= until.consecutive) return last.outcome;
    const count = until.consecutive > 1 ? `, ${held} of ${until.consecutive} running` : '';
    context.progress({ text: `try ${tries}${count}: ${last.text}` });
    const asked = last.error?.options.retryAfterMs ?? 0;
    const pause = Math.max(SHORTEST_PAUSE_MS, context.scaled(until.everyMs) - (performance.now() - triedAt), asked);
    if (performance.now() + pause - begun > until.withinMs) {
      throw new StepError(
        'TIMED_OUT',
        `It did not hold within ${formatDuration(until.withinMs)} (${tries} ${tries === 1 ? 'try' : 'tries'}${count}); last: ${last.text}`,
        last.error?.options,
      );
    }
    await context.sleep(pause);
  }
}

interface Finding {
  text: string;
  outcome?: StepOutcome<JsonObject>;
  error?: StepError;
}

async function tryAndJudge(until: UntilPlan, tryOnce: () => Promise<StepOutcome<JsonObject>>): Promise<Finding> {
  try {
    const outcome = await tryOnce();
    if (until.condition === undefined || holds(until.condition, outcome.outputs)) {
      return { outcome, text: outcome.summary };
    }
    return { text: `${until.condition} does not hold: ${outcome.summary}` };
  } catch (error) {
    if (isStepError(error) && PASSING.includes(error.code)) return { text: error.message, error };
    throw error;
  }
}

function holds(condition: string, outputs: JsonObject): boolean {
  try {
    return evaluateBoolean(condition, { it: outputs });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StepError('EXPRESSION_FAILED', `The condition of \`until\` could not be computed: ${reason}.`, { cause });
  }
}
