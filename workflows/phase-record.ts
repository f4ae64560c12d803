import { gatesSentence, phaseVerdict } from '../model/judge/gate.js';
import type { JsonObject } from '../model/json.js';
import { type PhasePlan, stepsOf } from '../model/plan/plan.js';
import { lightenState, outputsRead, outputsShown } from '../model/state/travel.js';
import type { PhaseResult, PhaseState } from '../model/state/state.js';
import { phaseBegun, type PhaseEnd, phaseEnded, phaseJudged, phasePassed } from '../model/state/transitions.js';
import { mayGoOn } from '../model/verdict.js';
import { underWaivers, useWaivers } from './people/waivers.js';
import { now, type Session } from './session.js';

/** The next attempt of a phase begins. */
export function begin(session: Session, state: PhaseState): void {
  phaseBegun(state, now());
  session.note('phase.started', { phase: state.id, attempt: state.attempt });
  session.show();
}

/** A phase that passed, and was accepted where somebody is asked, is over. */
export function pass(session: Session, state: PhaseState): void {
  phasePassed(state, now());
  session.note('phase.passed', { phase: state.id, attempt: state.attempt, sentence: state.sentence });
}

/** A phase that did not pass is over. */
export function end(session: Session, state: PhaseState, how: PhaseEnd): void {
  phaseEnded(state, how, now());
  session.note(`phase.${how.status}`, { phase: state.id, attempt: state.attempt, sentence: how.sentence });
  session.show();
}

/** A failed phase is over; it keeps the judgement that it has. */
export function fail(session: Session, state: PhaseState): void {
  end(session, state, { status: 'failed', verdict: state.verdict, sentence: state.sentence ?? 'Failed.' });
}

/** Keeps what the steps of a phase gave: what expressions read as it is, and all of it as people are shown it. */
export function recordOutputs(session: Session, plan: PhasePlan, state: PhaseState, result: PhaseResult): void {
  const outputs: Record<string, JsonObject> = {};
  const reads = new Map(stepsOf(plan.steps).map((step) => [step.id, step.reads]));
  for (const { id, outputs: given } of result.steps) if (given) outputs[id] = outputsRead(given, reads.get(id));
  session.phases[state.id] = { steps: outputs };
  state.steps = result.steps.map((record) =>
    record.outputs ? { ...record, outputs: outputsShown(record.outputs) } : record,
  );
  lightenState(session.state);
}

/** The phase's own judgement under the waivers that stand now. */
export function judged(session: Session, state: PhaseState, result: PhaseResult): PhaseResult {
  const gates = underWaivers(session, state.id, result.gates);
  useWaivers(session, state.id, gates);
  const byGates = result.status === 'failed' && gates.length > 0;
  const verdict = byGates ? phaseVerdict(gates) : result.verdict;
  const status = byGates && mayGoOn(verdict) ? 'passed' : result.status;
  const sentence = gates.length > 0 ? gatesSentence(gates) : result.sentence;
  // One that asks has failed until somebody says how it goes on.
  phaseJudged(state, { status: status === 'asks' ? 'failed' : status, verdict, sentence, gates });
  session.show();
  return { ...result, gates, verdict, status, sentence };
}

/** A failed phase passes by waivers that came after its end. */
export function passWaived(session: Session, state: PhaseState): void {
  // Nothing lets pass what was undone before it was asked about.
  if (state.takenBackBy !== undefined) return;
  const gates = underWaivers(session, state.id, state.gates);
  useWaivers(session, state.id, gates);
  phaseJudged(state, { status: 'passed', verdict: phaseVerdict(gates), sentence: gatesSentence(gates), gates });
}
