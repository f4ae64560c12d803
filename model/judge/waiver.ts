import { type AddressText, readAddress } from '../plan/address.js';
import type { Receipt, WaiveMessage } from '../people/message.js';
import type { Plan } from '../plan/plan.js';
import type { GateResult } from './gate.js';
import type { Proof } from '../signing/signing.js';
import { roleProblem } from '../people/approval.js';

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

/** Whether a waiver may stand; `nowMs` is workflow time. Floors cannot be waived, and every waiver expires. */
export function judgeWaiver(message: WaiveMessage, plan: Plan, nowMs: number): Receipt {
  const problem = roleProblem(plan, message.by, message.role);
  if (problem) return problem;
  const refuse = (reason: string, hint: string): Receipt => ({ accepted: false, reason, hint });
  const { phase: phaseId, part } = readAddress(message.gate);
  const phase = plan.phases.find((candidate) => candidate.id === phaseId);
  if (!phase) return refuse(`There is no phase '${phaseId}'.`, `Phases: ${plan.phases.map((p) => p.id).join(', ')}.`);
  if (part === undefined) {
    if (phase.gates.some((gate) => gate.floor && gate.hard)) {
      return refuse(`Phase '${phase.id}' has gates that cannot be waived.`, 'Waive the gates one by one.');
    }
  } else {
    const gate = phase.gates.find((candidate) => candidate.id === part);
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
  if (!message.reason.trim()) return refuse('A waiver needs a reason.', 'Give `reason`.');
  const untilMs = Date.parse(message.until);
  if (Number.isNaN(untilMs)) return refuse(`'${message.until}' is not a time.`, 'Give `until` as ISO 8601.');
  if (untilMs <= nowMs) return refuse(`The waiver would have ended at ${message.until}.`, 'Give a time in the future.');
  if (untilMs - nowMs > LONGEST_MS) return refuse('A waiver stands for at most 30 days.', 'Give an earlier `until`.');
  return { accepted: true, text: `Waiver of '${message.gate}' by ${message.by} until ${message.until} is recorded.` };
}

/** The waiver of this gate that stands at this moment, if there is one. */
export function standingWaiver(waivers: readonly Waiver[], gate: string, nowMs: number): Waiver | undefined {
  return waivers.find((waiver) => waiver.gate === gate && Date.parse(waiver.until) > nowMs);
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
