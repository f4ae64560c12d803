import { type Fall, fallsOf, takenBackBy } from '../../model/evidence/falls.js';
import { eventsOf, type LoggedEvent } from '../../model/evidence/logged-event.js';
import type { Waiver } from '../../model/judge/waiver.js';
import type { DecisionPlan, Plan } from '../../model/plan/plan.js';
import { decide, hasFallen } from '../../model/state/decision.js';
import type { GoLiveState, PhaseState } from '../../model/state/state.js';
import { phaseTakenBack } from '../../model/state/transitions.js';
import { mayGoOn } from '../../model/verdict.js';
import type { Findings } from './finding.js';

/** An event of the log, as the time at which it was written. */
export type Moment = Pick<LoggedEvent & { time?: string }, 'seq' | 'time'>;

/** The state as it was when a decision was taken: what fell later had not fallen, what was decided later was open. */
function stateAt(
  state: GoLiveState,
  falls: readonly Fall[],
  events: readonly LoggedEvent[],
  before?: number,
): GoLiveState {
  const past = structuredClone(state);
  for (const phase of past.phases) {
    const by = takenBackBy(phase, falls, events, before);
    if (by !== undefined) phaseTakenBack(phase, by);
    else if (phase.status === 'taken-back') phase.status = statusBefore(phase, events);
  }
  // A waiver lets nothing pass that was decided before it was given.
  if (before !== undefined)
    past.waivers = past.waivers.filter((waiver) => givenBy(waiver, events).some(({ seq }) => seq < before));
  for (const decision of past.decisions) {
    const last = eventsOf(events, 'decision').findLast(
      (one) => one.decision === decision.id && (before === undefined || one.seq < before),
    );
    if (last?.verdict === undefined) delete decision.verdict;
    else decision.verdict = last.verdict;
  }
  return past;
}

/** The messages that gave a waiver, as the log heard them. */
export function givenBy({ gate, by, until }: Waiver, events: readonly LoggedEvent[]) {
  return eventsOf(events, 'message.waive').filter(
    ({ said }) => said?.gate === gate && said.by === by && said.until === until,
  );
}

/** Whether a waiver stood at a moment of the log: given before it, and not over by then. */
export function stoodAt(waiver: Waiver, { seq, time }: Moment, events: readonly LoggedEvent[]): boolean {
  const given = givenBy(waiver, events).some((one) => one.seq < seq);
  return given && (time === undefined || Date.parse(waiver.until) > Date.parse(time));
}

/** How the last attempt of a phase ended, by the log. */
function statusBefore({ id, attempt }: PhaseState, events: readonly LoggedEvent[]): 'passed' | 'failed' | 'cancelled' {
  const last = eventsOf(events, 'phase.passed', 'phase.failed', 'phase.cancelled').findLast(
    (one) => one.phase === id && one.attempt === attempt,
  );
  return last?.type === 'phase.passed' ? 'passed' : last?.type === 'phase.failed' ? 'failed' : 'cancelled';
}

/** Takes each decision again: as it was taken, and once more at the end, since none stays GO over what fell later. */
export function checkDecisions(
  plan: Plan,
  state: GoLiveState,
  events: readonly LoggedEvent[],
  findings: Findings,
): void {
  const falls = fallsOf(plan, events);
  const atTheEnd = stateAt(state, falls, events);
  for (const decision of plan.decisions) {
    const said = state.decisions.find(({ id }) => id === decision.id);
    const event = eventsOf(events, 'decision').findLast((one) => one.decision === decision.id);
    if (!said || !event) {
      if (state.verdict && mayGoOn(state.verdict))
        findings.add('policy', decision.id, 'was never decided, and the verdict is GO');
      continue;
    }
    const { seq, time = '' } = judgedAt(decision, event, events);
    const { verdict } = decide(decision, stateAt(state, falls, events, seq), Date.parse(time));
    const asked = decision.approval && state.approvals.find(({ id }) => id === decision.approval?.id);
    const agreed = asked?.status === 'approved' && !abortedBefore(state, events, event);
    const expected = mayGoOn(verdict) && decision.approval && !agreed ? 'no-go' : verdict;
    if (said.verdict !== expected || event.verdict !== expected) {
      findings.add('policy', decision.id, `is ${said.verdict ?? 'pending'}, and decided again it is ${expected}`);
    }
    if (said.verdict && mayGoOn(said.verdict) && hasFallen(decision, atTheEnd))
      findings.add('policy', decision.id, `is ${said.verdict}, and ${fallenOf(decision, atTheEnd)}`);
  }
}

/** When it was judged what a decision requires: before its people were asked, or, without them, as it was taken. */
function judgedAt({ id, approval }: DecisionPlan, taken: Moment, events: readonly LoggedEvent[]): Moment {
  const before = eventsOf(events, 'decision').findLast((one) => one.decision === id && one.seq < taken.seq);
  const asked = eventsOf(events, 'approval.asked').findLast(
    (one) => one.approval === approval?.id && one.seq < taken.seq && one.seq > (before?.seq ?? -1),
  );
  return asked ?? taken;
}

/** Whether somebody had stopped the go-live when a decision was taken: then no approval counts any more. */
function abortedBefore({ aborted }: GoLiveState, events: readonly LoggedEvent[], { seq, time = '' }: Moment): boolean {
  if (!aborted) return false;
  const [message] = eventsOf(events, 'message.abort');
  return message ? message.seq < seq : aborted.at <= time;
}

function fallenOf({ requires }: DecisionPlan, { phases }: GoLiveState): string {
  const gone = phases.find(({ id, status }) => requires.includes(id) && status === 'taken-back');
  return gone ? `its phase ${gone.id} was taken back by ${gone.takenBackBy}` : 'a decision that it requires is not';
}
