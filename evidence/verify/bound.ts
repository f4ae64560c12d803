import { boundFiles } from '../../model/evidence/bound-files.js';
import { eventsOf, type LoggedEvent } from '../../model/evidence/logged-event.js';
import { canonicalJson } from '../../model/json.js';
import type { ApprovalState } from '../../model/people/approval.js';
import type { ApprovalPlan, Plan } from '../../model/plan/plan.js';
import type { GoLiveState } from '../../model/state/state.js';
import { sha256 } from '../hash.js';
import type { Bag } from './bag.js';
import type { Findings } from './finding.js';

/** The files that an approval binds to must lie there as they were when it was asked. */
export function checkBoundFiles({ payload }: Bag, { id, files = [] }: ApprovalState, findings: Findings): void {
  for (const { file, path, sha256: hash } of files) {
    if (path !== null && payload.get(`data/${path}`) !== hash)
      findings.add('policy', `data/${path}`, `is not as it was when '${id}' was asked, which binds to it as ${file}`);
  }
}

/** What the question was about, made again from the bundle. */
export function digestOf(
  bag: Bag,
  rule: ApprovalPlan,
  { files }: ApprovalState,
  plan: Plan,
  state: GoLiveState,
  events: readonly LoggedEvent[],
): string {
  const planDigest = sha256(canonicalJson(plan));
  const phase = plan.phases.find(({ approvals }) => approvals.includes(rule));
  if (!phase) {
    const bundle = bag.payload.get('data/approved-manifest.txt') ?? '';
    return sha256(canonicalJson({ approval: rule.id, plan: planDigest, about: { bundle } }));
  }
  const told = state.phases.find(({ id }) => id === phase.id);
  const closed = eventsOf(events, 'approval.closed').findLast(({ approval }) => approval === rule.id);
  const started = eventsOf(events, 'phase.started').findLast(
    (event) => event.phase === phase.id && event.seq < (closed?.seq ?? 0),
  );
  const about = {
    attempt: started?.attempt ?? told?.attempt,
    ...(rule.when === 'after' ? { gates: told?.gates } : {}),
    ...(files ? { files: boundFiles(plan, state.phases, phase.id) } : {}),
  };
  return sha256(canonicalJson({ approval: rule.id, plan: planDigest, about }));
}
