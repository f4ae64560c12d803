import { canonicalJson } from '../../model/json.js';
import type { Plan } from '../../model/plan/plan.js';
import { SCHEDULED, withChange } from '../../model/plan/schedule.js';
import { readStatement, startExpected, type Statement } from '../../model/signing/signing.js';
import type { GoLiveState } from '../../model/state/state.js';
import { sha256 } from '../hash.js';

/** What whoever started it signed, and when: of a schedule's run the template, when the schedule was applied. */
export function startOf(
  plan: Plan,
  state: GoLiveState,
  startedBy: string,
): { at: string; expected: Partial<Statement> } {
  if (!plan.schedule) {
    return { at: state.startedAt, expected: startExpected(plan.goLiveId, state.planDigest, startedBy) };
  }
  const template = withChange(plan, SCHEDULED);
  const { principal, statement = '', signature = '' } = state.startedProof ?? {};
  const [signer] = Object.entries(plan.signing?.principals ?? {}).find(([, name]) => name === principal) ?? [startedBy];
  const read = readStatement({ statement, signature });
  return {
    at: read.ok ? read.statement.issuedAt : state.startedAt,
    expected: startExpected(template.goLiveId, sha256(canonicalJson(template)), signer),
  };
}
