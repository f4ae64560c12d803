import { gatesSentence, phaseVerdict } from '../model/judge/gate.js';
import type { JsonObject } from '../model/json.js';
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

/** Longest text of an output that the state keeps; the evidence has the whole, and so have later expressions. */
const SHOWN_TEXT = 200;

/** Keeps what the steps of a phase gave: whole for later expressions, shortened for people. */
export function recordOutputs(session: Session, state: PhaseState, result: PhaseResult): void {
  const outputs: Record<string, JsonObject> = {};
  for (const record of result.steps) if (record.outputs) outputs[record.id] = record.outputs;
  session.phases[state.id] = { steps: outputs };
  state.steps = result.steps.map((record) =>
    record.outputs ? { ...record, outputs: shortened(record.outputs) } : record,
  );
}

function shortened(outputs: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => [
      key,
      typeof value === 'string' && value.length > SHOWN_TEXT ? `${value.slice(0, SHOWN_TEXT)}…` : value,
    ]),
  );
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
