import { type ApprovalState, tally, tallyText } from '../../model/people/approval.js';
import { rolesAsked } from '../../model/people/need.js';
import { reasonForm } from '../../model/people/reason.js';
import type { ApprovalPlan } from '../../model/plan/plan.js';
import type { Waiting } from '../../model/state/state.js';
import type { Session } from '../session.js';

/** An open question as people see it: how far it is, who is still wanted, and with which command they answer. */
export function waitingForApproval(
  { plan, start, state }: Pick<Session, 'plan' | 'start' | 'state'>,
  rule: ApprovalPlan,
  approval: ApprovalState,
  since: string,
): Waiting {
  const { missing } = tally(rule, approval.votes);
  const target = plan.target.id;
  const form = Array.isArray(rule.needsReason) ? reasonForm(rule.needsReason) : '…';
  const starter = { by: start.startedBy, principal: state.startedProof?.principal };
  return {
    kind: 'approval',
    id: rule.id,
    text: rule.question,
    roles: rolesAsked(missing),
    since,
    votes: tallyText(rule, approval.votes, plan, starter),
    ...(approval.expiresAt ? { expiresAt: approval.expiresAt } : {}),
    commands: rolesAsked(missing).flatMap((role) => [
      `golive approve ${target} ${rule.id} --as ${role} --reason "${form}"`,
      `golive reject ${target} ${rule.id} --as ${role} --reason "…"`,
    ]),
  };
}

/** What a notice says of a question: who is asked, and how to answer. */
export function noticeText({ text, votes, roles, commands }: Waiting): string {
  return [text, votes ?? `Asked: ${roles.join(', ')}.`, ...commands].join('\n');
}
