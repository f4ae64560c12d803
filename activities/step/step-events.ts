import type { StepResult, StepTask } from '../../model/state/contract.js';
import type { EventDraft, EventType, Exactly, Facts } from '../../model/evidence/events.js';
import { undoneText } from '../../model/evidence/step-place.js';
import { oneSentence, type StepFailure } from '../../model/failure.js';
import { appendEvent } from '../../evidence/write/log.js';
import { failureOf } from './failure.js';
import type { FencedEvidence } from './step-evidence.js';
import type { StepCall } from './step.js';

/** What becomes of a deed, and the event that says so: of the step, and of its undo. */
const TYPES = {
  started: { do: 'step.started', undo: 'undo.started' },
  done: { do: 'step.done', undo: 'undo.done' },
  failed: { do: 'step.failed', undo: 'undo.failed' },
  // An undo is safe twice, so it has no probe.
  probed: { do: 'step.probed', undo: 'step.probed' },
} as const satisfies Record<string, Record<StepCall['part'], EventType>>;
type What = keyof typeof TYPES;
/** What the caller adds to the names of the step. */
type Found<W extends What> = Omit<Facts<(typeof TYPES)[W]['do']>, 'phase' | 'phaseAttempt' | 'step' | 'epoch' | 'kind'>;

/** Appends what became of a step, or of its undo, to the event log. @throws EvidenceError */
export async function record<W extends What, F extends Found<W>>(
  task: StepTask,
  call: StepCall,
  what: W,
  facts: Exactly<F, Found<W>>,
): Promise<void> {
  const { phase, phaseAttempt, step, epoch } = task;
  // An undo of a list is the deed of a kind, and takes back all the same.
  const type = TYPES[what][task.undoes ? 'undo' : call.part];
  const event = { type, phase, phaseAttempt, step, epoch, kind: call.name, ...facts };
  // Type and facts go together by the signature; the compiler forgets it when they are spread.
  await appendEvent(task.goLive.evidenceDir, event as unknown as EventDraft);
}

/** Facts of a step that begins. */
export function startFacts(task: StepTask, inputs: string, attempt: number): Found<'started'> {
  const { argv } = task.input;
  return {
    title: task.title,
    attempt,
    inputs,
    ...(Array.isArray(argv) ? { argv } : {}),
    ...(task.undoes ? { undoes: undoneText(task.undoes) } : {}),
  };
}

/** Facts of a step that is done. */
export function resultFacts(result: StepResult): Found<'done'> {
  return { outputs: result.outputs, summary: result.summary, evidence: result.evidence.map((ref) => ({ ...ref })) };
}

/**
 * Records a failure, unless another attempt has taken over.
 *
 * @param again another try follows
 * @returns the failure to report: what hindered the recording is said with it, and a doubt stays one
 */
export async function recordFailure(
  of: { call: StepCall; task: StepTask; evidence?: FencedEvidence; inputs: string },
  failure: StepFailure,
  begun: number,
  again: boolean,
): Promise<StepFailure> {
  // Into a sealed log nothing is recorded.
  if (failure.code === 'SEALED') return failure;
  try {
    // An attempt that another one replaced may not write any more.
    await of.evidence?.mayWrite();
  } catch {
    return failure;
  }
  try {
    const durationMs = Math.round(performance.now() - begun);
    const evidence = of.evidence?.refs().map((ref) => ({ ...ref })) ?? [];
    const facts = { ...failure, inputs: of.inputs, evidence, durationMs };
    await record(of.task, of.call, 'failed', again ? { ...facts, again } : facts);
    return failure;
  } catch (error) {
    const later = failureOf(error);
    // A doubt stays one: what looks like a full disk only would be done again.
    if (failure.code === 'OUTCOME_UNKNOWN') return failure;
    return { ...later, ...oneSentence(`${later.message} Before that: ${failure.message}`) };
  }
}
