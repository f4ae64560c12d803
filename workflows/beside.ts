import type { PhaseId } from '../model/plan/address.js';
import { mayBegin, phaseTakenAgain } from '../model/state/due.js';
import type { PhaseResult, PhaseState } from '../model/state/state.js';
import { approvalClosed } from '../model/state/transitions.js';
import { end } from './phase-record.js';
import { type Beside, now, type Parked, type Session } from './session.js';

export function stateOf({ state }: Session, id: PhaseId): PhaseState {
  const phase = state.phases.find((one) => one.id === id);
  if (!phase) throw new Error(`no phase '${id}'`);
  return phase;
}

/**
 * Lets the steps of a phase run while the go-live does something else; `session.beside` has them until they are settled.
 *
 * @param presses whether what they came to must not wait for an answer of people to something else
 */
export function goBeside(
  session: Session,
  id: PhaseId,
  run: () => Promise<PhaseResult>,
  presses: (result: PhaseResult) => boolean,
): void {
  const beside: Beside = { over: Promise.resolve(), presses: false };
  session.beside.set(id, beside);
  beside.over = run().then(
    (result) => {
      beside.result = result;
      beside.presses = presses(result);
    },
    (error: unknown) => {
      beside.error = error;
      beside.presses = true;
    },
  );
}

export const hasEnded = ({ result, error }: Beside): boolean => result !== undefined || error !== undefined;

/**
 * Stops phases that run, and gives back when they have really stopped. What came to its end by itself is settled later
 * as it is; what was stopped is to be taken again, if the go-live goes on.
 */
export async function stopBeside(
  session: Session,
  sentence: string,
  which: readonly PhaseId[] = [...session.beside.keys()],
): Promise<void> {
  const running = [...session.beside].filter(([id, beside]) => which.includes(id) && !hasEnded(beside));
  for (const [id] of running) session.works.get(id)?.cancel();
  await Promise.all(running.map(([, { over }]) => over));
  for (const [id, { result }] of running) {
    if (result?.status !== 'cancelled') continue;
    session.beside.delete(id);
    stopped(session, id, sentence);
  }
}

/** A phase was under way, and is not any more, without having come to anything. */
export function stopped(session: Session, id: PhaseId, sentence: string): void {
  const phase = stateOf(session, id);
  end(session, phase, { status: 'cancelled', verdict: 'inconclusive', sentence });
  phaseTakenAgain(phase);
}

/** Keeps the question that was broken off, until it is taken up again. */
export function park(session: Session, id: PhaseId): void {
  const { asking, state } = session;
  if (!asking) throw new Error('no question is open');
  session.parked = [...session.parked, { id, asking, waiting: state.waiting }];
  delete session.asking;
  session.waitFor(undefined);
}

/** Whether a question that was broken off is still one: its phase stands, and so does all that it waits for. */
function isStillOpen({ state: { phases }, aborted }: Session, { id }: Parked): boolean {
  const phase = phases.find((one) => one.id === id);
  return !aborted && phase !== undefined && !phase.dueAgain && phase.status !== 'taken-back' && mayBegin(phases, id);
}

/** Takes up the oldest question that was broken off, as it stood. */
export function unpark(session: Session): Parked | undefined {
  const [first, ...rest] = session.parked;
  if (!first) return undefined;
  session.parked = rest;
  if (!isStillOpen(session, first)) return first;
  session.asking = first.asking;
  session.waitFor(first.waiting);
  return first;
}

/** Nobody is asked any more what was asked about a phase: it is stopped. */
export function withdraw(session: Session, { id, asking }: Parked, sentence: string): void {
  const approval = 'id' in asking && session.state.approvals.find((one) => one.id === asking.id);
  if (approval) {
    const closed = `Withdrawn. ${sentence}`;
    approvalClosed(approval, 'expired', closed, now());
    session.note('approval.closed', { approval: approval.id, status: 'expired', sentence: closed });
  }
  stopped(session, id, sentence);
}
