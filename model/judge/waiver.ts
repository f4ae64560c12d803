import { type AddressText, readAddress } from '../plan/address.js';
import type { Receipt, WaiveMessage } from '../people/message.js';
import { formatDuration } from '../duration.js';
import type { GatePlan } from '../plan/gate-plan.js';
import type { PhasePlan, Plan, WaiverRule } from '../plan/plan.js';
import type { GateResult } from './gate.js';
import type { Proof } from '../signing/signing.js';
import { roleProblem } from '../people/approval.js';

const refuse = (reason: string, hint: string): Receipt => ({ accepted: false, reason, hint });

/** A gate, or a whole phase, that somebody lets pass for a time, with a reason. */
export interface Waiver {
  /** Of a gate, or of a phase. */
  gate: AddressText;
  role: string;
  by: string;
  reason: string;
  at: string;
  until: string;
  used: boolean;
  signed?: Proof;
}

/** Longest time a waiver may stand: 30 days, so that none outlives the release it was given for. */
const LONGEST_MS = 30 * 24 * 3_600_000;
/** Waivers that a go-live keeps at most. */
const MOST = 200;

/** Who may waive by a plan; one of an earlier version does not say, and lets every role. */
function ruleOf({ waivers, roles }: Plan): WaiverRule {
  return waivers ?? { by: Object.keys(roles), atMostMs: LONGEST_MS, distinct: false };
}

/** Why a role may not waive these gates of a phase. */
function rightProblem(
  { role, gate: address }: WaiveMessage,
  rule: WaiverRule,
  { owner }: PhasePlan,
  gates: readonly GatePlan[],
): Receipt | undefined {
  if (rule.by.length === 0) {
    return refuse(
      'Nothing can be waived in this runbook.',
      'A runbook says who may, and for how long: `waivers: { by: [cto], atMost: 8h }`.',
    );
  }
  const by = gates.reduce((roles, { waivableBy }) => roles.filter((one) => waivableBy?.includes(one) ?? true), rule.by);
  if (!by.includes(role)) {
    return refuse(`'${address}' is not waived by the role '${role}'.`, `It may be by: ${by.join(', ') || 'nobody'}.`);
  }
  if (!rule.distinct || !owner.includes(role)) return undefined;
  return refuse(`'${role}' owns the phase of '${address}' and does not waive it.`, 'Ask another role.');
}

/** Whether a waiver may stand; `nowMs` is workflow time. Floors cannot be waived, and every waiver expires. */
export function judgeWaiver(message: WaiveMessage, plan: Plan, nowMs: number): Receipt {
  const problem = roleProblem(plan, message.by, message.role);
  if (problem) return problem;
  const { phase: phaseId, part } = readAddress(message.gate);
  const phase = plan.phases.find((candidate) => candidate.id === phaseId);
  if (!phase) return refuse(`There is no phase '${phaseId}'.`, `Phases: ${plan.phases.map((p) => p.id).join(', ')}.`);
  const gates = part === undefined ? phase.gates : phase.gates.filter(({ id }) => id === part);
  if (part === undefined) {
    if (phase.gates.some((gate) => gate.floor && gate.hard)) {
      return refuse(`Phase '${phase.id}' has gates that cannot be waived.`, 'Waive the gates one by one.');
    }
  } else {
    const [gate] = gates;
    if (!gate)
      return refuse(
        `Phase '${phase.id}' has no gate '${part}'.`,
        `Its gates: ${phase.gates.map((g) => g.id).join(', ')}.`,
      );
    if (gate.floor)
      return refuse(
        `Gate '${message.gate}' is a floor: it cannot be waived.`,
        'Mend the target and run the phase again.',
      );
  }
  const rule = ruleOf(plan);
  const right = rightProblem(message, rule, phase, gates);
  if (right) return right;
  if (!message.reason.trim()) return refuse('A waiver needs a reason.', 'Give `reason`.');
  const untilMs = Date.parse(message.until);
  if (Number.isNaN(untilMs)) return refuse(`'${message.until}' is not a time.`, 'Give `until` as ISO 8601.');
  if (untilMs <= nowMs) return refuse(`The waiver would have ended at ${message.until}.`, 'Give a time in the future.');
  const atMostMs = Math.min(rule.atMostMs, LONGEST_MS);
  if (untilMs - nowMs > atMostMs) {
    return refuse(`A waiver stands for at most ${formatDuration(atMostMs)} here.`, 'Give an earlier `until`.');
  }
  return { accepted: true, text: `Waiver of '${message.gate}' by ${message.by} until ${message.until} is recorded.` };
}

/**
 * The list with one waiver more. A later waiver of a gate takes the place of an earlier one; those by which something
 * passed stay, since the record speaks of them.
 *
 * @returns undefined when the list is full
 */
export function withWaiver(waivers: readonly Waiver[], waiver: Waiver): Waiver[] | undefined {
  const others = waivers.filter(({ gate, used }) => used || gate !== waiver.gate);
  return others.length < MOST ? [...others, waiver] : undefined;
}

/** The newest waiver of this gate that stands at this moment, if there is one. */
export function standingWaiver(waivers: readonly Waiver[], gate: string, nowMs: number): Waiver | undefined {
  return waivers.findLast((waiver) => waiver.gate === gate && Date.parse(waiver.until) > nowMs);
}

/** A failed gate under a standing waiver; passed gates and floors stay as they are. */
export function waiveGate(gate: GateResult, waiver: Waiver): GateResult {
  if (gate.floor || gate.verdict === 'go' || gate.verdict === 'waived') return gate;
  const { by, role, reason, until } = waiver;
  return {
    ...gate,
    verdict: 'waived',
    waiver: { by, role, reason, until },
    sentence: `${gate.sentence} WAIVED by ${by} (${role}) until ${until}: ${reason}`,
  };
}
