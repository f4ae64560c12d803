import { eventsOf, type LoggedEvent } from '../../model/evidence/logged-event.js';
import type { GateResult } from '../../model/judge/gate.js';
import type { JudgedAttempt, Recomputed } from '../../model/judge/recompute.js';
import { type Waiver, waiveGate } from '../../model/judge/waiver.js';
import { canonicalJson } from '../../model/json.js';
import { addressText, asId } from '../../model/plan/address.js';
import type { Plan } from '../../model/plan/plan.js';
import type { GoLiveState, StepRecord } from '../../model/state/state.js';
import type { Verdict } from '../../model/verdict.js';
import { type Moment, stoodAt } from './decisions.js';
import type { Findings } from './finding.js';
import type { Record } from './record.js';

interface Claimed {
  verdict: Verdict | undefined;
  steps: StepRecord[];
  gates: GateResult[];
}

/** What the state says of an attempt that is judged again. */
export function claimed(state: GoLiveState, { phase: id, attempt }: JudgedAttempt): Claimed | undefined {
  const phase = state.phases.find((candidate) => candidate.id === id);
  if (phase?.attempt === attempt) return { verdict: phase.verdict, steps: phase.steps, gates: phase.gates };
  return phase?.history.find((earlier) => earlier.attempt === attempt);
}

/** Compares each gate of each attempt with what it is when it is judged again, under the waivers that it names. */
export function checkGates(
  again: Recomputed,
  { plan, state }: Record,
  events: readonly LoggedEvent[],
  findings: Findings,
): { count: number; note: string } {
  let count = 0;
  let waived = 0;
  for (const attempt of again.attempts) {
    const told = claimed(state, attempt);
    // A phase that stopped at a step has no gates; it has not passed either.
    if (!told || told.gates.length === 0) continue;
    const passed = acceptedAt(plan, attempt, events);
    for (const gate of attempt.gates) {
      count += 1;
      const item = `${attempt.phase}.${attempt.attempt}/${gate.id}`;
      const said = told.gates.find(({ id }) => id === gate.id);
      if (said?.waiver) waived += 1;
      const problem = said
        ? gateProblem(gate, said, waiversOf(attempt.phase, gate, said, state), passed, events)
        : NEVER;
      if (problem !== undefined) findings.add('policy', item, problem);
    }
    if (told.gates.length !== attempt.gates.length)
      findings.add('policy', attempt.phase, 'has gates that the plan does not have');
  }
  for (const phase of state.phases) {
    for (const told of [phase, ...phase.history]) {
      const judged = again.attempts.some((one) => one.phase === phase.id && one.attempt === told.attempt);
      if (told.gates.length > 0 && !judged)
        findings.add(
          'policy',
          `${phase.id}.${told.attempt}`,
          'has gates, and the log tells of no such attempt that ended',
        );
    }
  }
  return { count, note: waived > 0 ? `${waived} under waivers` : 'none waived' };
}

const NEVER = 'was not judged';

/** The waivers of the state that a gate names, by its whole address. */
function waiversOf(phase: string, gate: GateResult, said: GateResult, state: GoLiveState): Waiver[] {
  const { by, until, reason } = said.waiver ?? {};
  const address = addressText({ phase: asId(phase), part: gate.id });
  return state.waivers.filter(
    (one) => one.by === by && one.until === until && one.reason === reason && one.gate === address,
  );
}

/** Why a gate is not what the state says of it. */
function gateProblem(
  gate: GateResult,
  said: GateResult,
  waivers: readonly Waiver[],
  passed: Moment | undefined,
  events: readonly LoggedEvent[],
): string | undefined {
  let expected = gate;
  if (said.waiver) {
    const [any] = waivers;
    if (!any || gate.floor) return 'is waived, and no waiver of it stands in the state';
    const inTime = passed === undefined ? any : waivers.find((one) => stoodAt(one, passed, events));
    if (!inTime) return `is waived by ${any.by} until ${any.until}, and passed when that waiver did not stand`;
    expected = waiveGate(gate, inTime);
  }
  if (canonicalJson(expected) === canonicalJson(said)) return undefined;
  return `is ${said.verdict} (${said.sentence}), and judged again it is ${expected.verdict}: ${expected.sentence}`;
}

/** When the gates of an attempt that passed were accepted: as its results were first asked about, else as it passed. */
function acceptedAt(plan: Plan, { phase: id, attempt }: JudgedAttempt, events: readonly LoggedEvent[]) {
  const passed = eventsOf(events, 'phase.passed').findLast((one) => one.phase === id && one.attempt === attempt);
  const started = eventsOf(events, 'phase.started').findLast(
    (one) => one.phase === id && one.attempt === attempt && one.seq < (passed?.seq ?? 0),
  );
  const after = plan.phases.find((phase) => phase.id === id)?.approvals.filter(({ when }) => when === 'after') ?? [];
  const asked = eventsOf(events, 'approval.asked').find(
    (one) => one.seq > (started?.seq ?? 0) && after.some((rule) => rule.id === one.approval),
  );
  return passed && asked && asked.seq < passed.seq ? asked : passed;
}
