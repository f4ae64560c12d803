import { CancellationScope, ChildWorkflowFailure } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { CollectedPromise } from '../model/state/contract.js';
import type { StepId } from '../model/plan/address.js';
import { promisesUndo } from '../model/plan/limits.js';
import { type StepPlan, stepsOf } from '../model/plan/plan.js';
import type { PhaseResult, UndoEntry } from '../model/state/state.js';
import { system } from './activities.js';
import { changed } from './changes.js';
import type { PhaseInput } from './inputs.js';
import { meetsSeal } from './sealed.js';

/** Journals that one call reads: what they say travels, and payloads stay small. */
const BATCH = 20;

/**
 * The result of a phase whose child could not even start or was ended from outside. It did not pass; what its steps had
 * promised to take back is read from their journals, and what nobody can read is an undo that fails.
 */
export async function lost(input: PhaseInput, error: unknown, startedAt: string): Promise<PhaseResult> {
  const cause = causeOf(error);
  const damaged: string[] = [];
  const undos = await CancellationScope.nonCancellable(() => collected(input, error, damaged));
  return {
    status: 'failed',
    verdict: 'no-go',
    sentence: `The execution of '${input.title}' was ended from outside: ${cause.replace(/\.?$/, '.')}${promisedSentence(undos, damaged)}`,
    steps: input.resume ?? [],
    gates: [],
    undos,
    startedAt,
    endedAt: new Date().toISOString(),
    events: 0,
    lost: true,
  };
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function promisedSentence(undos: readonly UndoEntry[], damaged: readonly string[]): string {
  const unread = undos.filter((entry) => entry.unread !== undefined);
  const known = undos.length - unread.length;
  const first = unread[0];
  return [
    known > 0 ? ` Of ${known} begun ${known === 1 ? 'step' : 'steps'}, the journal says how to take it back.` : '',
    first ? ` Of ${unread.length}, nobody knows (${first.step}: ${first.unread}).` : '',
    damaged.length > 0 ? ` Damaged in part: the journal of ${damaged.join(', ')}.` : '',
  ].join('');
}

/** Undos in the order in which the plan has their steps. `damaged` takes the steps whose journals are so in part. */
async function collected(input: PhaseInput, error: unknown, damaged: string[]): Promise<UndoEntry[]> {
  const steps = stepsOf(input.steps).filter(promisesUndo);
  if (steps.length === 0 || !changed('promises-outlive-a-lost-phase')) return [];
  const run = error instanceof ChildWorkflowFailure ? error.execution.runId : undefined;
  if (!run) {
    // It never began; but one that is still in its way acts, and cannot be taken back meanwhile.
    const inTheWay = error instanceof WorkflowExecutionAlreadyStartedError;
    return inTheWay ? steps.map((step) => unreadOf(input, step, 'another execution of the phase still runs')) : [];
  }
  const undos: UndoEntry[] = [];
  for (let from = 0; from < steps.length; from += BATCH) {
    undos.push(...(await collectSome(input, run, steps.slice(from, from + BATCH), damaged)));
  }
  return undos;
}

async function collectSome(input: PhaseInput, run: string, steps: StepPlan[], damaged: string[]): Promise<UndoEntry[]> {
  const { goLive, id: phase, attempt: phaseAttempt } = input;
  try {
    const ids = steps.map(({ id }) => id);
    const answers = await system.collectPromises({ goLive, phase, phaseAttempt, run, steps: ids });
    for (const answer of answers) if ('damaged' in answer) damaged.push(answer.step);
    return answers.flatMap((answer) => {
      const step = steps.find(({ id }) => id === answer.step);
      return step ? [entryOf(input, step, answer)] : [];
    });
  } catch (error) {
    if (meetsSeal(error)) throw error;
    return steps.map((step) => unreadOf(input, step, `its journal cannot be read: ${causeOf(error)}`));
  }
}

function entryOf(input: PhaseInput, step: StepPlan, answer: CollectedPromise): UndoEntry {
  if ('unread' in answer) return unreadOf(input, step, answer.unread, answer.epoch);
  return { ...addressOf(input, step.id, answer.epoch), ...answer.promise, status: 'registered' };
}

/** The plan says whether an undo is one of those that are due at every end. */
function unreadOf(input: PhaseInput, step: StepPlan, unread: string, epoch = 1): UndoEntry {
  const always = step.undoOn === 'always';
  return { ...addressOf(input, step.id, epoch), always, calls: [], unread, status: 'registered' };
}

function addressOf(input: PhaseInput, step: StepId, epoch: number) {
  return { phase: input.id, phaseAttempt: input.attempt, step, epoch };
}
