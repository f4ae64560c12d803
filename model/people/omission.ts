import type { Plan } from '../plan/plan.js';
import type { Proof } from '../signing/signing.js';
import { roleProblem } from './approval.js';
import type { Messages, Receipt } from './message.js';
import { noPhase } from './refusals.js';

/** A phase that somebody declared not required, before it began. */
export interface Omission {
  by: string;
  role: string;
  reason: string;
  /** ISO 8601, workflow time. */
  at: string;
  signed?: Proof;
}

/** Whether a phase may be omitted; `attempt` is how often it was begun. Only the roles that the plan names may. */
export function judgeOmission(message: Messages['omit'], plan: Plan, attempt: number): Receipt {
  const { phase: id, role, by, reason } = message;
  const refuse = (why: string, hint: string): Receipt => ({ accepted: false, reason: why, hint });
  const phase = plan.phases.find((candidate) => candidate.id === id);
  if (!phase) return refuse(noPhase(id), `Phases: ${plan.phases.map((one) => one.id).join(', ')}.`);
  const problem = roleProblem(plan, by, role);
  if (problem) return problem;
  const { mayOmit = [] } = phase;
  if (mayOmit.length === 0) {
    return refuse(`'${id}' is required.`, 'A runbook says which phase may be left out: `mayOmit: { by: cto }`.');
  }
  if (!mayOmit.includes(role)) {
    return refuse(`'${id}' is not omitted by the role '${role}'.`, `It may be by: ${mayOmit.join(', ')}.`);
  }
  if (attempt > 0) return refuse(`'${id}' has begun.`, 'A phase is omitted before it begins.');
  if (!reason.trim()) return refuse('To omit a phase needs a reason.', 'Give `reason`.');
  return { accepted: true, text: `'${id}' is omitted by ${by}. It shows in verdict and report.` };
}
