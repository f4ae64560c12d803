import { ApplicationFailure } from '@temporalio/workflow';
import { asId, type StepId } from '../model/plan/address.js';
import type { StepTask } from '../model/state/contract.js';
import type { StepRecord, UndoEntry } from '../model/state/state.js';
import { undoDone, undoFailed } from '../model/state/transitions.js';
import { runUndo } from './activities.js';
import { outlive } from './outlive.js';
import type { PhaseInput } from './inputs.js';
import { failureOf } from './step.js';

/** Time of one undo call in milliseconds; undos have retries of their own. */
const UNDO_TIMEOUT_MS = 120_000;

/** The id of the record of an undo; the same when it is tried again. */
export function undoId({ phase, step, epoch }: UndoEntry): StepId {
  return asId(`undo.${phase}.${step}${epoch > 1 ? `.${epoch}` : ''}`);
}

/**
 * Carries out registered undos, newest first. One that fails is recorded and the next goes on: each takes back
 * something else. Marks the entries and appends a record for each.
 */
export async function takeUndos(
  input: PhaseInput,
  undos: UndoEntry[],
  records: StepRecord[],
  show: () => void,
): Promise<void> {
  for (const entry of undos.toReversed()) {
    const record: StepRecord = {
      id: undoId(entry),
      title: `Undo ${entry.phase} · ${entry.calls.map((call) => call.title).join(', ') || entry.step}`,
      uses: entry.calls.map((call) => call.activity).join(', '),
      status: 'running',
      epoch: (entry.again ?? 0) + 1,
      startedAt: new Date().toISOString(),
    };
    records.push(record);
    show();
    try {
      undoDone(record, entry, await carryOut(input, entry));
    } catch (error) {
      undoFailed(record, entry, failureOf(error));
    }
    record.endedAt = new Date().toISOString();
    show();
  }
}

/** Makes the calls of one undo, in order. @returns what they say */
async function carryOut(input: PhaseInput, entry: UndoEntry): Promise<string> {
  if (entry.unread !== undefined)
    throw ApplicationFailure.nonRetryable(`Nobody knows how: ${entry.unread}.`, 'NOT_FOUND');
  const summaries: string[] = [];
  for (const [index, call] of entry.calls.entries()) {
    const result = await outlive(() => runUndo(call.activity, call.title, undoTask(input, entry, index)), true);
    summaries.push(result.summary);
  }
  return summaries.join('; ');
}

function undoTask(input: PhaseInput, entry: UndoEntry, index: number): StepTask {
  const call = entry.calls[index];
  if (!call) throw new Error('no such undo call');
  const { phase, phaseAttempt, step, epoch, evidenceDir, bundle, accepted, deedDone, again = 0 } = entry;
  const { goLive } = input;
  return {
    goLive: accepted ? { ...goLive, files: { ...goLive.files, ...accepted } } : goLive,
    phase: input.id,
    phaseAttempt: input.attempt,
    step: `undo-${phase}-${phaseAttempt}-${step}-${epoch}${index > 0 ? `-${index}` : ''}`,
    title: `undo ${call.title}`,
    epoch: again + 1,
    input: call.input ?? {},
    guards: [],
    timeoutMs: UNDO_TIMEOUT_MS,
    undoes: {
      phase,
      phaseAttempt,
      step,
      epoch,
      ...(deedDone ? { deedDone } : {}),
      ...(call.input ? {} : { call: index }),
      ...(evidenceDir === undefined ? {} : { evidenceDir }),
      ...(bundle === undefined ? {} : { bundle }),
    },
  };
}
