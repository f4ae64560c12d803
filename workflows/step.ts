import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  isCancellation,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { StepTask, UndoPromise } from '../model/state/contract.js';
import { readFailure, type StepFailure, UNREPORTED } from '../model/failure.js';
import { evaluateBoolean, ExpressionError, resolve, type ExpressionContext } from '../model/expression/expression.js';
import type { JsonObject } from '../model/json.js';
import { OWN_UNDO, type ProbePlan, type StepPlan } from '../model/plan/plan.js';
import type { StepRecord, UndoEntry } from '../model/state/state.js';
import { promisesUndo } from '../model/plan/limits.js';
import { undoThatTravels } from '../model/state/travel.js';
import { stepBegun, stepDone, stepFailed, stepSkipped } from '../model/state/transitions.js';
import { runDeed } from './activities.js';
import { outlive } from './outlive.js';
import type { PhaseInput } from './inputs.js';
import { runWindow, windowId } from './window.js';

/** What a failed step says, from whatever was thrown. */
export function failureOf(error: unknown): StepFailure {
  if (error instanceof ApplicationFailure) return readFailure({ type: error.type, message: error.message });
  if (error instanceof ExpressionError) return { code: 'EXPRESSION_FAILED', message: error.message };
  if (error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) {
    const cause = error.cause;
    // A window is a workflow of its own: what failed in it is its sample's activity.
    if (cause instanceof ActivityFailure || cause instanceof ChildWorkflowFailure) return failureOf(cause);
    if (cause instanceof TerminatedFailure || cause instanceof CancelledFailure) {
      return { ...UNREPORTED.ended };
    }
    if (cause instanceof ApplicationFailure) {
      return readFailure({ type: cause.type, message: cause.message, detail: cause.details?.[0] });
    }
    if (cause instanceof TimeoutFailure) {
      return cause.timeoutType === 'HEARTBEAT' ? { ...UNREPORTED.lost } : { ...UNREPORTED.late };
    }
    return { code: 'INTERNAL', message: cause?.message ?? error.message };
  }
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) };
}

/** What takes a step back, settled before its deed, so that it stands even if the deed never reports. */
function promiseOf(step: StepPlan, context: ExpressionContext): UndoPromise | undefined {
  if (!promisesUndo(step)) return undefined;
  const calls = (step.undo ?? [OWN_UNDO]).map((call) =>
    call === OWN_UNDO
      ? { activity: `undo ${step.uses}`, title: step.title }
      : { activity: call.uses, title: call.title, input: resolve(call.with, context) },
  );
  return { always: step.undoOn === 'always', calls };
}

/** The promise as the workflow registers it. `given` is the step's own input. */
function entryOf(
  input: PhaseInput,
  { id: step }: StepPlan,
  { epoch, startedAt: registered }: StepRecord,
  promise: UndoPromise,
  given: JsonObject,
): UndoEntry {
  const calls = promise.calls.map((call) => undoThatTravels({ input: given, ...call }));
  const at = { phase: input.id, phaseAttempt: input.attempt, step, epoch };
  return {
    ...at,
    ...(registered === undefined ? {} : { at: registered }),
    always: promise.always,
    calls,
    status: 'registered',
  };
}

/** The probe with its expressions resolved, as they stand when the step begins. */
function probeOf({ probe }: StepPlan, context: ExpressionContext): ProbePlan | undefined {
  return probe ? { ...probe, with: resolve(probe.with, context) } : undefined;
}

function taskOf(
  input: PhaseInput,
  step: StepPlan,
  epoch: number,
  settled: { input: JsonObject; promise: UndoPromise | undefined; probe: ProbePlan | undefined },
): StepTask {
  const { promise, probe } = settled;
  return {
    goLive: input.goLive,
    phase: input.id,
    phaseAttempt: input.attempt,
    step: step.id,
    title: step.title,
    epoch,
    input: settled.input,
    ...(step.until ? { until: step.until } : {}),
    guards: step.guards,
    effect: step.effect,
    ...(probe ? { probe } : {}),
    // What is polled may take its whole `within`, however short one try is.
    timeoutMs: step.timeoutMs + (step.until?.withinMs ?? 0),
    ...(step.retry.asked ? { retryAsked: true } : {}),
    ...(step.reads ? { reads: step.reads } : {}),
    ...(promise ? { promise } : {}),
  };
}

/**
 * Takes one step: `when`, inputs, undo before deed, deed. Never throws for a failed step, only for a cancelled one,
 * and then only after the deed has really stopped. `now` gives ISO 8601 workflow time.
 */
export async function takeStep(
  input: PhaseInput,
  step: StepPlan,
  record: StepRecord,
  context: ExpressionContext,
  register: (entry: UndoEntry) => void,
  now: () => string,
): Promise<void> {
  try {
    if (step.when !== undefined && !evaluateBoolean(step.when, context)) {
      stepSkipped(record, `when: ${step.when}`);
      return;
    }
    const given = resolve(step.with, context);
    stepBegun(record, now());
    const promise = promiseOf(step, context);
    const entry = promise && entryOf(input, step, record, promise, given);
    if (entry) register(entry);
    const task = taskOf(input, step, record.epoch, { input: given, promise, probe: probeOf(step, context) });
    if (step.window) record.window = windowId(task);
    const result = step.window
      ? await runWindow(step.uses, step.window, task)
      : await outlive(
          (repeated) => runDeed(step, { ...task, ...(repeated ? { repeated } : {}) }),
          step.effect === 'once',
        );
    stepDone(record, result);
    if (entry) entry.deedDone = true;
  } catch (error) {
    if (!isCancellation(error)) return stepFailed(record, 'failed', failureOf(error));
    stepFailed(record, 'cancelled', { ...UNREPORTED.stopped });
    throw error;
  } finally {
    record.endedAt = now();
  }
}
