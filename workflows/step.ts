import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  isCancellation,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { StepTask } from '../model/state/contract.js';
import { readFailure, type StepFailure } from '../model/failure.js';
import { evaluateBoolean, ExpressionError, resolve, type ExpressionContext } from '../model/expression/expression.js';
import type { JsonObject } from '../model/json.js';
import type { ProbePlan, StepPlan } from '../model/plan/plan.js';
import type { StepRecord, UndoEntry } from '../model/state/state.js';
import { stepBegun, stepDone, stepFailed, stepSkipped } from '../model/state/transitions.js';
import { runDeed } from './activities.js';
import { outlive } from './outlive.js';
import type { PhaseInput } from './inputs.js';
import { runWindow, windowId } from './window.js';

/** What a failed step says, from whatever was thrown. */
export function failureOf(error: unknown): StepFailure {
  if (error instanceof ExpressionError) return { code: 'EXPRESSION_FAILED', message: error.message };
  if (error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) {
    const cause = error.cause;
    // A window is a workflow of its own: what failed in it is its sample's activity.
    if (cause instanceof ActivityFailure || cause instanceof ChildWorkflowFailure) return failureOf(cause);
    if (cause instanceof TerminatedFailure || cause instanceof CancelledFailure) {
      return { code: 'CANCELLED', message: 'It was ended from outside.' };
    }
    if (cause instanceof ApplicationFailure) {
      return readFailure({ type: cause.type, message: cause.message, detail: cause.details?.[0] });
    }
    if (cause instanceof TimeoutFailure) {
      return cause.timeoutType === 'HEARTBEAT'
        ? { code: 'OUTCOME_UNKNOWN', message: 'The worker was lost while the step was acting.' }
        : { code: 'TIMED_OUT', message: 'The step did not end within its time.' };
    }
    return { code: 'INTERNAL', message: cause?.message ?? error.message };
  }
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) };
}

/** The undo of a step, settled before its deed, so that it stands even if the deed never reports. */
export function undoOf(
  input: PhaseInput,
  step: StepPlan,
  epoch: number,
  resolved: JsonObject,
  context: ExpressionContext,
): UndoEntry | undefined {
  const calls = step.undo
    ? step.undo.map((undo) => ({
        activity: undo.uses,
        title: undo.title,
        input: resolve(undo.with, context),
      }))
    : step.ownUndo
      ? [{ activity: `undo ${step.uses}`, title: step.title, input: resolved }]
      : [];
  if (calls.length === 0) return undefined;
  return {
    phase: input.id,
    phaseAttempt: input.attempt,
    step: step.id,
    epoch,
    always: step.undoOn === 'always',
    calls,
    status: 'registered',
  };
}

/** The probe with its expressions resolved, as they stand when the step begins. */
function probeOf({ probe }: StepPlan, context: ExpressionContext): ProbePlan | undefined {
  return probe ? { ...probe, with: resolve(probe.with, context) } : undefined;
}

export function taskOf(
  input: PhaseInput,
  step: StepPlan,
  epoch: number,
  resolved: JsonObject,
  probe?: ProbePlan,
): StepTask {
  return {
    goLive: input.goLive,
    phase: input.id,
    phaseAttempt: input.attempt,
    step: step.id,
    title: step.title,
    epoch,
    input: resolved,
    ...(step.until ? { until: step.until } : {}),
    guards: step.guards,
    effect: step.effect,
    ...(probe ? { probe } : {}),
    // What is polled may take its whole `within`, however short one try is.
    timeoutMs: step.timeoutMs + (step.until?.withinMs ?? 0),
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
  let entry: UndoEntry | undefined;
  try {
    if (step.when !== undefined && !evaluateBoolean(step.when, context)) {
      stepSkipped(record, `when: ${step.when}`);
      return;
    }
    const resolved = resolve(step.with, context);
    stepBegun(record, now());
    entry = undoOf(input, step, record.epoch, resolved, context);
    if (entry) register(entry);
    const task = taskOf(input, step, record.epoch, resolved, probeOf(step, context));
    if (step.window) record.window = windowId(task);
    const result = step.window
      ? await runWindow(step.uses, step.window, task)
      : await outlive(() => runDeed(step, task), step.effect === 'once');
    stepDone(record, result);
    if (entry) entry.outputs = result.outputs;
  } catch (error) {
    if (!isCancellation(error)) return stepFailed(record, 'failed', failureOf(error));
    stepFailed(record, 'cancelled', { code: 'CANCELLED', message: 'It was stopped on request.' });
    throw error;
  } finally {
    record.endedAt = now();
  }
}
