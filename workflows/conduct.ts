import { condition, workflowInfo } from '@temporalio/workflow';
import type { PhaseId } from '../model/plan/address.js';
import { nextDue, phaseTakenUp } from '../model/state/due.js';
import type { PhaseResult, PhaseState } from '../model/state/state.js';
import { asksAtLast, failAtTheEnd, type Work } from './after-failure.js';
import { goBeside, hasEnded, park, stateOf, stopBeside, stopped, unpark, withdraw } from './beside.js';
import { BrokenOff, handOn } from './hand-on.js';
import type { Asking } from './inputs.js';
import type { Desk } from './people/desk.js';
import { fail, pass } from './phase-record.js';
import { resumeRollback } from './rollback.js';
import type { Beside, Session } from './session.js';
import { announce, followSteps, mustRun, type Onward, reachSteps, run } from './take-phase.js';

/** Whether what is asked is about a way back of a phase, which an abort does not end. */
export function isOfPhase(asking: Asking | undefined): boolean {
  return asking?.stage === 'undo' && asking.way.cause.of !== 'end' && asking.way.cause.of !== 'decision';
}

const ABORTED = 'Stopped: the go-live was aborted.';

/**
 * Takes phases as soon as what each needs lets it. Their steps run beside each other; all that people are asked, and all
 * that is settled, stays one thing at a time.
 */
export async function conductBeside(session: Session, desk: Desk): Promise<void> {
  const { plan } = session;
  // What was handed on at its end begins no phase, also not one that would be due again: a way back is taken to its end.
  if (session.next >= plan.phases.length) {
    if (isOfPhase(session.asking)) await resumeRollback(session);
    return;
  }
  let last: PhaseId | undefined;
  while (!session.aborted || isOfPhase(session.asking)) {
    if (workflowInfo().continueAsNewSuggested && session.alone && !session.asking) await handOn(session);
    const took = await takeOne(session, desk);
    last = took?.id ?? last;
    if (!took || took.next === 'stop') break;
  }
  const title = plan.phases.find(({ id }) => id === last)?.title;
  await endBeside(session, desk, `Stopped since the go-live ended at ${title ?? 'once'}.`);
}

/** One thing that there is to do: which phase it was about, and whether the go-live ends by it. */
interface Took {
  id: PhaseId | undefined;
  next: 'on' | 'stop';
}

/** Does the next thing; undefined when there is none. */
async function takeOne(session: Session, desk: Desk): Promise<Took | undefined> {
  const { plan, state, beside } = session;
  const handedOn = plan.phases[session.next];
  if (session.asking && handedOn) return take(workOf(session, desk, handedOn.id), reachSteps);
  const pressing = [...beside].find(([, { presses }]) => presses);
  if (pressing) return settleBeside(session, desk, pressing);
  // What asks nobody is not held up by a question to somebody.
  const silent = nextDue(state.phases, (id) => beside.has(id) || asksBefore(workOf(session, desk, id)));
  if (silent) return begin(session, desk, silent);
  const parked = unpark(session);
  if (parked) {
    if (session.asking) return take(workOf(session, desk, parked.id), reachSteps);
    withdraw(session, parked, 'Stopped, since what it rests on was taken back.');
    return { id: parked.id, next: 'on' };
  }
  const ended = [...beside].find(([, one]) => hasEnded(one));
  if (ended) return settleBeside(session, desk, ended);
  const due = nextDue(state.phases, (id) => beside.has(id));
  if (due) return begin(session, desk, due);
  if (beside.size === 0) return undefined;
  await condition(() => session.aborted || [...beside.values()].some(hasEnded));
  return { id: undefined, next: 'on' };
}

const asksBefore = ({ plan }: Work): boolean =>
  plan.checklist.length > 0 || plan.approvals.some(({ when }) => when === 'before');

function begin(session: Session, desk: Desk, phase: PhaseState): Promise<Took> {
  phaseTakenUp(phase);
  return take(workOf(session, desk, phase.id), reachSteps);
}

function workOf(session: Session, desk: Desk, id: PhaseId): Work {
  const plan = session.plan.phases.find((one) => one.id === id);
  if (!plan) throw new Error(`no phase '${id}'`);
  return { session, desk, plan, state: stateOf(session, id) };
}

/** Goes on with a phase. Its steps run beside what follows; a question about it may be broken off. */
async function take(work: Work, goOn: (work: Work) => Promise<Onward>): Promise<Took> {
  const { session, plan, state } = work;
  session.next = state.index;
  try {
    const onward = await goOn(work);
    if (mustRun(onward)) await start(work, onward.resume);
    return { id: plan.id, next: onward === 'stop' ? 'stop' : 'on' };
  } catch (error) {
    if (!(error instanceof BrokenOff)) throw error;
    park(session, plan.id);
    return { id: plan.id, next: 'on' };
  }
}

async function start(work: Work, resume: PhaseResult['steps'] | undefined): Promise<void> {
  const { session, plan } = work;
  const workflowId = await announce(work, resume);
  const presses = ({ status }: PhaseResult): boolean => status === 'failed' && !asksAtLast(work);
  goBeside(session, plan.id, () => run(work, workflowId, resume), presses);
}

/** Settles what the steps of a phase came to that ran beside others. */
async function settleBeside(session: Session, desk: Desk, [id, { result, error }]: [PhaseId, Beside]): Promise<Took> {
  session.beside.delete(id);
  if (!result) throw error;
  const work = workOf(session, desk, id);
  // A way back was taken meanwhile, and nothing of it stands.
  if (isGone(work)) {
    stopped(session, id, 'Stopped, since it was taken back before it was settled.');
    return { id, next: 'on' };
  }
  return take(work, () => followSteps(work, result));
}

const isGone = ({ state }: Work): boolean => state.dueAgain === true || state.status === 'taken-back';

/** Stops all that runs, settles what has ended so far as it can be without asking anybody, and withdraws what is asked. */
export async function endBeside(session: Session, desk: Desk, sentence: string): Promise<void> {
  // Whatever is asked from here on, and handed on, is of the end.
  session.next = session.plan.phases.length;
  if (session.alone) return;
  await stopBeside(session, session.aborted ? ABORTED : sentence);
  for (const [id, { result, error }] of session.beside) {
    session.beside.delete(id);
    if (!result) throw error;
    await settleAtTheEnd(workOf(session, desk, id), result, sentence);
  }
  // One by one: what is handed on meanwhile must not lose the others.
  for (let parked = session.parked.shift(); parked; parked = session.parked.shift()) {
    const work = workOf(session, desk, parked.id);
    const { stage } = parked.asking;
    if (isGone(work) || session.aborted || (stage !== 'phase' && stage !== 'step'))
      withdraw(session, parked, session.aborted ? ABORTED : sentence);
    else if (stage === 'phase') await failAtTheEnd(work);
    else fail(session, work.state);
  }
  await session.flush();
}

async function settleAtTheEnd(work: Work, { status }: PhaseResult, sentence: string): Promise<void> {
  const { session, plan, state } = work;
  const accepted = plan.approvals.every(({ when }) => when === 'before');
  if (session.aborted) stopped(session, plan.id, ABORTED);
  else if (isGone(work) || status === 'cancelled' || (status === 'passed' && !accepted))
    stopped(session, plan.id, sentence);
  else if (status === 'passed') pass(session, state);
  else if (status === 'asks') fail(session, state);
  else await failAtTheEnd(work);
}
