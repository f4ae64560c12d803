import type { Plan } from '../../model/plan/plan.js';
import type { Recomputed } from '../../model/judge/recompute.js';
import type { GoLiveState } from '../../model/state/state.js';
import type { Findings } from './finding.js';

/** What is approved by a rule must be a rule of the plan, and hold by what the log says. */
export function checkPolicies(
  { policies }: Recomputed,
  plan: Plan,
  state: GoLiveState,
  findings: Findings,
): { count: number } {
  for (const { seq, approval, holds, logged } of policies) {
    if (holds !== logged) {
      findings.add(
        'policy',
        `event ${seq}`,
        `the rule of ${approval} ${logged ? 'held' : 'did not hold'} by the log, and judged again it ${holds ? 'holds' : 'does not'}`,
      );
    }
  }
  const rules = plan.phases.flatMap(({ approvals }) => approvals);
  for (const { id, status, policy } of state.approvals) {
    if (status !== 'approved' || !policy?.holds) continue;
    const last = policies.findLast(({ approval }) => approval === id);
    const rule = rules.find((one) => one.id === id)?.auto?.rule;
    if (!last?.holds || rule !== policy.rule)
      findings.add('policy', id, 'is approved by a rule that does not hold, or that the plan does not have');
  }
  return { count: policies.length };
}
