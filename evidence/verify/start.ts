import { canonicalJson } from '../../model/json.js';
import type { Plan } from '../../model/plan/plan.js';
import { dueProblem, overrideProblem, SCHEDULED, unattendedProblem, withChange } from '../../model/plan/schedule.js';
import { readStatement, startExpected, type Statement } from '../../model/signing/signing.js';
import type { GoLiveState } from '../../model/state/state.js';
import { sha256 } from '../hash.js';

/** What whoever started it signed, and when: of a schedule's run the template, when the schedule was applied. */
export function startOf(
  plan: Plan,
  state: GoLiveState,
  startedBy: string,
): { at: string; expected: Partial<Statement>; problem?: string | undefined } {
  const { statement = '', signature = '' } = state.startedProof ?? {};
  const read = readStatement({ statement, signature });
  const template = plan.schedule ? withChange(plan, SCHEDULED) : undefined;
  if (!plan.schedule || !template || !read.ok || read.statement.goLive !== template.goLiveId) {
    const reason = read.ok ? read.statement.reason : undefined;
    return {
      at: state.startedAt,
      expected: startExpected(plan.goLiveId, state.planDigest, startedBy, reason),
      problem: plan.schedule && (unattendedProblem(plan) ?? overrideProblem(plan, reason)),
    };
  }
  return {
    at: read.statement.issuedAt,
    expected: startExpected(template.goLiveId, sha256(canonicalJson(template)), startedBy),
    problem: unattendedProblem(plan) ?? dueProblem(plan.schedule, plan.change, new Date(state.startedAt)),
  };
}
