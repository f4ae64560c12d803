import type { ApprovalPlan } from '../plan/plan.js';

/** Whether an attempt of a phase is asked for it: some questions, as for the fix, come with another attempt only. */
export function isAskedIn({ fromAttempt = 1 }: Pick<ApprovalPlan, 'fromAttempt'>, attempt: number): boolean {
  return attempt >= fromAttempt;
}
