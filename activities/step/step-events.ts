import type { EventDraft, StepFailure, StepResult, StepTask } from '../../model/state/contract.js';
import type { FailureCode } from '../../model/failure.js';
import { appendEvent } from '../../evidence/write/log.js';
import { failureOf } from './failure.js';
import type { FencedEvidence } from './step-evidence.js';
import type { StepCall } from './step.js';

export type Failure = StepFailure & { code: FailureCode };
type Facts = Omit<EventDraft, 'type'>;

/** Appends what a step came to, as `step.<what>` or `undo.<what>`, to the event log. @throws EvidenceError */
export async function record(task: StepTask, call: StepCall, what: string, facts: Facts): Promise<void> {
  const { phase, phaseAttempt, step, epoch } = task;
  const type = `${call.part === 'undo' ? 'undo' : 'step'}.${what}`;
  await appendEvent(task.goLive.evidenceDir, { type, phase, phaseAttempt, step, epoch, kind: call.name, ...facts });
}

/** Facts of a step that begins. */
export function startFacts(task: StepTask, inputs: string, attempt: number): Facts {
  const { argv } = task.input;
  return {
    title: task.title,
    attempt,
    inputs,
    ...(Array.isArray(argv) ? { argv } : {}),
    ...(task.undoes ? { undoes: `${task.undoes.phase}.${task.undoes.phaseAttempt}/${task.undoes.step}` } : {}),
  };
}

/** Facts of a step that is done. */
export function resultFacts(result: StepResult): Facts {
  return { outputs: result.outputs, summary: result.summary, evidence: result.evidence.map((ref) => ({ ...ref })) };
}

/**
 * Records a failure, unless another attempt has taken over.
 *
 * @returns the failure to report: what hindered the recording is said with it, and a doubt stays one
 */
export async function recordFailure(
  of: { call: StepCall; task: StepTask; evidence?: FencedEvidence; inputs: string },
  failure: Failure,
  begun: number,
): Promise<Failure> {
  try {
    // An attempt that another one replaced may not write any more.
    await of.evidence?.mayWrite();
  } catch {
    return failure;
  }
  try {
    const durationMs = Math.round(performance.now() - begun);
    const evidence = of.evidence?.refs().map((ref) => ({ ...ref })) ?? [];
    await record(of.task, of.call, 'failed', { ...failure, inputs: of.inputs, evidence, durationMs } as Facts);
    return failure;
  } catch (error) {
    const later = failureOf(error);
    // A doubt stays one: what looks like a full disk only would be done again.
    if (failure.code === 'OUTCOME_UNKNOWN') return failure;
    return { ...later, message: `${later.message} Before that: ${failure.message}`.slice(0, 1000) };
  }
}
