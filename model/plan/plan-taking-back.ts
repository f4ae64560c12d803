import { rolesAsked } from '../people/need.js';
import { counted } from '../text/counted.js';
import type { GoLiveState } from '../state/state.js';
import { addressText, asId, goLiveIdOf, type PhaseId } from './address.js';
import type { ApprovalPlan, PhasePlan, Plan } from './plan.js';
import { type Answerer, doubtsText, type TakesBack } from './taking-back.js';

/** A go-live that has ended, as its bundle says it. */
export interface EndedGoLive {
  plan: Plan;
  state: Pick<GoLiveState, 'verdict' | 'endedAt'>;
}

export interface TakingBack extends Pick<Plan, 'change' | 'people' | 'signing'> {
  takesBack: TakesBack;
  /** Folder of the new bundle (absolute). */
  directory: string;
}

/** Undos that a question names one by one. */
const NAMED = 12;
const PHASE = 'take-back';

/**
 * The plan of a go-live that takes back an earlier one: one phase, which whoever had to approve the first one's decision
 * approves, and one decision over it. All else is as the first was planned; who may speak is as the project says now.
 */
export function planTakingBack({ plan, state }: EndedGoLive, taking: TakingBack): Plan {
  const { schedule: _run, people: _people, signing: _signing, ...rest } = plan;
  const { change, directory, people, signing } = taking;
  const takesBack = { ...taking.takesBack, asks: asksOf(plan) };
  const rollback = takesBack.rollback === undefined ? undefined : plan.rollbacks[takesBack.rollback];
  const what = rollback ? `${rollback.id} of ${plan.goLiveId}` : plan.goLiveId;
  const rule = plan.decisions.find(({ approval }) => approval)?.approval;
  const id = freeId(plan);
  const title = rollback ? `Carry out ${what}: ${rollback.title}` : `Take back ${what}`;
  return {
    ...rest,
    ...(people ? { people } : {}),
    ...(signing ? { signing } : {}),
    runbook: { ...plan.runbook, title: `${title} · ${plan.runbook.title}` },
    goLiveId: goLiveIdOf(plan.target.id, change),
    change,
    takesBack,
    phases: [phaseOf(plan, id, title, rule && approvalOf(rule, id, questionOf(title, state, taking)))],
    decisions: [{ id: 'taken-back', title: `${what} is ${rollback ? 'carried out' : 'taken back'}`, requires: [id] }],
    rollbacks: rollback ? { [rollback.id]: rollback } : {},
    // An undo that failed is no deed that may be let pass.
    waivers: { by: [], atMostMs: 0, distinct: false },
    onNoGo: 'keep',
    evidence: { directory, signoff: plan.evidence.signoff, include: [] },
  };
}

/** Who answers for an undo of each phase: whoever was asked about it while the first ran. */
export function asksOf({ phases }: Pick<Plan, 'phases'>): Record<PhaseId, Answerer> {
  return Object.fromEntries(phases.map(({ id, onFail }) => [id, onFail.ask]));
}

/** No phase of the first has it: an undo of that one would seem to take this one back. */
function freeId({ phases }: Plan): PhaseId {
  const taken = phases.map(({ id }): string => id);
  let id = PHASE;
  for (let number = 2; taken.includes(id); number += 1) id = `${PHASE}-${number}`;
  return asId(id);
}

function approvalOf(rule: ApprovalPlan, id: PhaseId, question: string): ApprovalPlan {
  const { needs, expiresMs, distinct, starterMay } = rule;
  return { id: asId(id), when: 'before', needs, question, expiresMs, distinct, starterMay };
}

function questionOf(title: string, { verdict, endedAt }: EndedGoLive['state'], { takesBack }: TakingBack): string {
  const { undos, reason, despite = [] } = takesBack;
  const named = undos.toReversed().map(({ phase, step }) => addressText({ phase, part: step }));
  const more = named.length > NAMED ? [`${named.length - NAMED} more`] : [];
  const stands = `${counted(undos.length, 'undo')} ${undos.length === 1 ? 'stands' : 'stand'}: ${[...named.slice(0, NAMED), ...more].join(', ')}`;
  const over = despite.length === 0 ? '' : ` Although ${despite.join(', ')} changed things since.`;
  const why = reason === undefined ? '' : ` Because: ${reason}`;
  return `${title} (${(verdict ?? 'no verdict').toUpperCase()}, ended ${endedAt ?? '?'})? ${stands}.${over}${doubtsText(takesBack)}${why}`;
}

function phaseOf(plan: Plan, id: PhaseId, title: string, approval: ApprovalPlan | undefined): PhasePlan {
  const asked = plan.phases.map(({ onFail }) => onFail.ask).find(({ role }) => role !== '');
  const roles = (approval ? rolesAsked(approval.needs) : undefined) ?? plan.phases[0]?.owner ?? [];
  return {
    id,
    title,
    owner: roles,
    plannedMs: 60_000,
    approvals: approval ? [approval] : [],
    checklist: [],
    steps: [],
    gates: [],
    onFail: { attempts: 1, then: 'stop', ask: asked ?? { role: roles[0] ?? '', expiresMs: 3_600_000 } },
  };
}
