import { randomBytes } from 'node:crypto';
import { asId } from '../../model/plan/address.js';
import type { GatePlan } from '../../model/plan/gate-plan.js';
import type { ApprovalPlan, DecisionPlan, PhasePlan, Plan, StepPlan } from '../../model/plan/plan.js';

/** A step plan with defaults; `uses` is a fake kind unless given. */
export function step(id: string, more: Partial<StepPlan> = {}): StepPlan {
  return {
    id: asId(id),
    title: id,
    uses: 'fake.act',
    with: {},
    effect: 'idempotent',
    timeoutMs: 10_000,
    retry: { attempts: 1, backoffMs: 10 },
    ownUndo: true,
    undoOn: 'failure',
    guards: [],
    onFail: 'stop',
    maySkip: false,
    ...more,
  };
}

export function gate(id: string, value: string, atLeast: number, more: Partial<GatePlan> = {}): GatePlan {
  return {
    id: asId(id),
    title: id,
    value,
    limit: { op: 'atLeast', threshold: atLeast },
    hard: true,
    floor: false,
    ...more,
  };
}

export function phase(id: string, steps: PhasePlan['steps'], more: Partial<PhasePlan> = {}): PhasePlan {
  return {
    id: asId(id),
    title: id,
    owner: ['sre'],
    plannedMs: 60_000,
    approvals: [],
    checklist: [],
    steps,
    gates: [],
    onFail: { attempts: 1, then: 'stop', ask: { role: 'sre', expiresMs: 60_000 } },
    ...more,
  };
}

export function approval(id: string, more: Partial<ApprovalPlan> = {}): ApprovalPlan {
  return {
    id: asId(id),
    when: 'before',
    needs: [{ role: 'cto', count: 1 }],
    question: `${id}?`,
    expiresMs: 60_000,
    distinct: true,
    starterMay: true,
    ...more,
  };
}

/** Suites share a server, and one process runs several of them: each has names of its own. */
const SUITE = `t${randomBytes(4).toString('hex')}`;

let number = 0;
export function plan(phases: PhasePlan[], more: Partial<Plan> = {}): Plan {
  number += 1;
  const target = `${SUITE}-${number}`;
  const decisions: DecisionPlan[] = [{ id: 'go', title: 'GO', requires: phases.map((p) => p.id) }];
  return {
    planVersion: 1,
    runbook: { id: 'test', title: 'Test', sha256: '0'.repeat(64), file: 'test.yaml' },
    goLiveId: `${target}/c1`,
    target: { id: target, variables: {} },
    change: 'c1',
    mode: 'rehearse',
    timeScale: 1,
    baseDir: '/',
    roles: { sre: 'SRE', cto: 'CTO' },
    inputs: {},
    phases,
    decisions,
    rollbacks: {},
    onNoGo: 'undo',
    evidence: { directory: '/nowhere', signoff: 'SIGNOFF.md', include: [] },
    notices: [],
    ...more,
  };
}
