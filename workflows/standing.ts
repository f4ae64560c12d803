import { decide, hasFallen } from '../model/state/decision.js';
import type { Fallen } from '../model/state/contract.js';
import type { DecisionState, PhaseStatus } from '../model/state/state.js';
import { decisionJudged, decisionTaken, phaseTakenBack } from '../model/state/transitions.js';
import { mayGoOn } from '../model/verdict.js';
import { now, type Session } from './session.js';

/** Nothing of them was done, or it is known already that it is gone. */
const NOT_STANDING: readonly PhaseStatus[] = ['pending', 'skipped', 'taken-back'];

/**
 * Learns what the event log says was taken back. A go-live that was reset in Temporal is what it was before, and does not
 * remember what it undid since; the log does.
 */
export function learn(session: Session, fallen: readonly Fallen[]): void {
  for (const { phase: id, attempt, rollback } of fallen) {
    const phase = session.state.phases.find((one) => one.id === id);
    if (!phase || phase.attempt > attempt || NOT_STANDING.includes(phase.status)) continue;
    phaseTakenBack(phase, rollback);
    session.note('phase.taken-back', { phase: phase.id, attempt: phase.attempt, rollback });
  }
}

/**
 * No decision stays GO over a phase that was taken back since it was taken.
 *
 * @returns whether one fell
 */
export function judgeAgain(session: Session): boolean {
  const { state, plan } = session;
  let fell = false;
  for (const decision of plan.decisions) {
    const record = state.decisions.find(({ id }) => id === decision.id);
    if (!record?.verdict || !mayGoOn(record.verdict) || !hasFallen(decision, state)) continue;
    decisionJudged(record, decide(decision, state, Date.now()));
    noteDecision(session, record);
    fell = true;
  }
  return fell;
}

export function noteDecision(session: Session, record: DecisionState): void {
  decisionTaken(record, now());
  const { id, verdict = 'inconclusive', sentence } = record;
  session.note('decision', { decision: id, verdict, sentence });
  session.show();
}
