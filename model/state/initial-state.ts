import { plannedTotalMs } from '../plan/critical-path.js';
import type { ApprovalPlan, Plan } from '../plan/plan.js';
import type { TakesBack } from '../plan/taking-back.js';
import type { GoLiveState, PhaseState } from './state.js';
import type { ApprovalState } from '../people/approval.js';

/** Every question that the plan asks people to approve, in order. */
export function approvalsOf(plan: Plan): ApprovalPlan[] {
  return [
    ...plan.phases.flatMap((phase) => phase.approvals),
    ...plan.decisions.flatMap((decision) => (decision.approval ? [decision.approval] : [])),
  ];
}

function initialApproval(rule: ApprovalPlan): ApprovalState {
  const { id, question, needs, needsReason } = rule;
  const parts = Array.isArray(needsReason) ? { reasonParts: needsReason } : {};
  return { id, question, needs, ...parts, status: 'not-asked', digest: '', votes: [] };
}

/**
 * A state as an earlier version may have handed it on or answered it: that wrote `pending` where a decision has no
 * verdict yet.
 */
export function withoutPending(state: GoLiveState): GoLiveState {
  const untaken = ({ verdict }: { verdict?: string }) => verdict === 'pending';
  if (!state.decisions.some(untaken)) return state;
  const decisions = state.decisions.map((decision) => {
    const { verdict: _pending, ...rest } = decision;
    return untaken(decision) ? rest : decision;
  });
  return { ...state, decisions };
}

function takenBackOf({ goLive, bundle, rollback, reason }: TakesBack): NonNullable<GoLiveState['takesBack']> {
  return {
    goLive,
    bundle,
    ...(rollback === undefined ? {} : { rollback }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** The state of a go-live that has not done anything yet. `startedAt` is ISO 8601. */
export function initialState(
  plan: Plan,
  planDigest: string,
  workflowId: string,
  startedBy: string,
  startedAt: string,
): GoLiveState {
  const { takesBack } = plan;
  const phases: PhaseState[] = plan.phases.map((phase, index) => ({
    id: phase.id,
    index,
    title: phase.title,
    owner: phase.owner,
    plannedMs: phase.plannedMs,
    ...(phase.needs ? { needs: phase.needs } : {}),
    status: 'pending',
    attempt: 0,
    steps: [],
    gates: [],
    history: [],
  }));
  return {
    id: plan.goLiveId,
    workflowId,
    target: plan.target.id,
    change: plan.change,
    runbook: { id: plan.runbook.id, title: plan.runbook.title, sha256: plan.runbook.sha256 },
    mode: plan.mode,
    timeScale: plan.timeScale,
    planDigest,
    roles: plan.roles,
    ...(plan.signing ? { signing: plan.signing } : {}),
    ...(takesBack ? { takesBack: takenBackOf(takesBack), undos: takesBack.undos } : {}),
    ...(plan.playbook ? { playbook: plan.playbook } : {}),
    startedBy,
    startedAt,
    plannedMs: plannedTotalMs(plan.phases),
    evidenceDir: plan.evidence.directory,
    phases,
    rollbacks: [],
    decisions: plan.decisions.map(({ id, title }) => ({ id, title, sentence: 'Not decided yet.' })),
    approvals: approvalsOf(plan).map(initialApproval),
    checklist: plan.phases.flatMap((phase) => phase.checklist.map(({ id, text, role }) => ({ item: id, text, role }))),
    waivers: [],
    refusals: [],
    operator: [],
    rollbackIncomplete: false,
    events: 0,
  };
}
