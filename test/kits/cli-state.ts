import { asId } from '../../model/plan/address.js';
import type { GoLiveState, PhaseState, StepRecord } from '../../model/state/state.js';
import type { ApprovalState } from '../../model/people/approval.js';
import type { GateResult } from '../../model/judge/gate.js';

/** Time zero of the fixtures. */
export const T0 = Date.parse('2026-11-21T01:00:00.000Z');
export const at = (seconds: number): string => new Date(T0 + seconds * 1000).toISOString();

export function step(id: string, status: StepRecord['status'], more: Partial<StepRecord> = {}): StepRecord {
  return {
    id: asId(id),
    title: `Step ${id}`,
    uses: 'http.check',
    status,
    epoch: status === 'pending' ? 0 : 1,
    ...more,
  };
}

export function gate(id: string, verdict: GateResult['verdict'], more: Partial<GateResult> = {}): GateResult {
  return {
    id: asId(id),
    title: id,
    verdict,
    value: 0.9,
    op: 'atLeast',
    threshold: '0.70',
    hard: true,
    floor: false,
    sentence: `${id} 0.90, needs ≥ 0.70.`,
    ...more,
  };
}

export function phase(index: number, id: string, more: Partial<PhaseState> = {}): PhaseState {
  return {
    id: asId(id),
    index,
    title: id,
    owner: ['qa'],
    plannedMs: 1_800_000,
    status: 'pending',
    attempt: 0,
    steps: [],
    gates: [],
    history: [],
    ...more,
  };
}

const fullApproval: ApprovalState = {
  id: 'full',
  question: 'Start the full run?',
  needs: [{ role: 'cto', count: 1 }],
  status: 'not-asked',
  digest: '',
  votes: [],
};

/** A go-live that has just begun: three phases of 30 minutes, one decision, a rehearsal ×30. */
export function goLive(more: Partial<GoLiveState> = {}): GoLiveState {
  return {
    id: 'lcopilot-lab/2026-11-21',
    workflowId: 'lcopilot-lab',
    target: 'lcopilot-lab',
    change: '2026-11-21',
    runbook: { id: 'day3', title: 'LCopilot Day 3 · NO-GO to SOLID GREEN GO', sha256: 'ab' },
    mode: 'rehearse',
    timeScale: 30,
    planDigest: 'cd',
    roles: { cto: 'CTO', qa: 'QA lead', infra: 'Infra lead' },
    startedBy: 'ops',
    startedAt: at(0),
    plannedMs: 5_400_000,
    evidenceDir: 'evidence/lcopilot-lab/2026-11-21',
    phases: [
      phase(0, 'infra', { title: 'Infrastructure recovery', owner: ['infra', 'cto'] }),
      phase(1, 'smoke', { title: 'Smoke × 2' }),
      phase(2, 'full', { title: 'Full run', owner: ['cto', 'qa'] }),
    ],
    rollbacks: [],
    decisions: [{ id: 'local-go', title: 'SOLID GREEN GO', sentence: 'Not decided yet.' }],
    approvals: [fullApproval],
    checklist: [{ item: asId('infra.window'), text: 'Maintenance window confirmed', role: 'infra' }],
    waivers: [],
    refusals: [],
    operator: [],
    rollbackIncomplete: false,
    events: 0,
    ...more,
  };
}

const passed = (one: PhaseState): PhaseState => ({
  ...one,
  status: 'passed',
  verdict: 'go',
  sentence: 'All checks hold.',
  attempt: 1,
  startedAt: one.startedAt ?? at(0),
  endedAt: at(90),
  steps: [step('up', 'done', { summary: '3 services are healthy' })],
});

/** Phase 0 passed after two attempts, phase 1 runs: manifest and run1 done, run2 at work, gates of run1 judged. */
export function running(): GoLiveState {
  const state = goLive();
  const [infra = phase(0, 'infra'), smoke = phase(1, 'smoke'), full = phase(2, 'full')] = state.phases;
  const history = [
    {
      attempt: 1,
      verdict: 'no-go' as const,
      sentence: 'Postgres did not start.',
      startedAt: at(0),
      endedAt: at(20),
      steps: [
        step('up', 'failed', {
          endedAt: at(19),
          failure: { code: 'STACK_FAILED', message: 'Postgres did not start.' },
        }),
      ],
      gates: [],
    },
  ];
  return {
    ...state,
    phases: [
      { ...passed(infra), attempt: 2, startedAt: at(31), endedAt: at(39), history },
      {
        ...smoke,
        status: 'running',
        attempt: 1,
        startedAt: at(40),
        workflowId: 'lcopilot-lab/2026-11-21/1-smoke',
        steps: [
          step('manifest', 'done', { endedAt: at(45), summary: '20 cases' }),
          step('run1', 'done', { uses: 'cases.run', endedAt: at(59), summary: '18 of 20 agree' }),
          step('run2', 'running', { uses: 'cases.run', startedAt: at(60) }),
          step('compare', 'pending'),
        ],
        gates: [
          gate('run1.comparable', 'go', { value: 20, threshold: '18', unit: 'count' }),
          gate('run1.accuracy', 'go'),
          gate('run1.wilson', 'go', { value: 0.69901, op: 'above', threshold: '0.60' }),
          gate('run1.exhausted', 'go', { value: 0, op: 'atMost', threshold: '5 %', unit: 'percent' }),
        ],
      },
      full,
    ],
    rollbacks: [
      {
        id: 'R1',
        title: 'Tear down, restore .env',
        because: 'Postgres did not start.',
        status: 'done',
        startedAt: at(20),
        endedAt: at(30),
        steps: [step('down', 'done', { summary: 'stack is down' })],
      },
    ],
  };
}

/** Waits for the CTO before the full run. */
export function waiting(): GoLiveState {
  const state = running();
  const [infra = phase(0, 'infra'), smoke = phase(1, 'smoke'), full = phase(2, 'full')] = state.phases;
  return {
    ...state,
    phases: [infra, passed(smoke), { ...full, status: 'waiting', attempt: 1, startedAt: at(100) }],
    waiting: {
      kind: 'approval',
      id: 'full',
      text: 'Start the full run?',
      roles: ['cto'],
      since: at(100),
      votes: 'CTO: 0 of 1, wanted: Ana or Bea.',
      expiresAt: at(3700),
      commands: ['golive approve lcopilot-lab full --as cto --reason "…"'],
    },
    approvals: [{ ...fullApproval, status: 'open', digest: 'ef', openedAt: at(100) }],
  };
}

/** Ended NO-GO: the accuracy of run2 is too low, R3 has run. */
export function ended(): GoLiveState {
  const state = running();
  const [infra = phase(0, 'infra'), smoke = phase(1, 'smoke'), full = phase(2, 'full')] = state.phases;
  const sentence =
    'Smoke × 2 · run2 · accuracy 0.80 (16 of 20), Wilson 95 % lower 0.584, needs > 0.60. One more agreement would pass.';
  return {
    ...state,
    endedAt: at(120),
    verdict: 'no-go',
    sentence,
    phases: [
      infra,
      {
        ...smoke,
        status: 'failed',
        verdict: 'no-go',
        sentence,
        endedAt: at(115),
        steps: smoke.steps.map((one) => ({ endedAt: at(114), ...one, status: 'done' as const })),
        gates: [
          ...smoke.gates,
          gate('run2.wilson', 'no-go', { value: 0.584, op: 'above', threshold: '0.60', sentence }),
        ],
      },
      full,
    ],
    rollbacks: [
      ...state.rollbacks,
      {
        id: 'R3',
        title: 'Freeze the configuration, hand over to triage',
        because: sentence,
        status: 'done',
        startedAt: at(115),
        endedAt: at(118),
        steps: [step('freeze', 'done')],
      },
    ],
    decisions: [
      { id: 'local-go', title: 'SOLID GREEN GO', verdict: 'no-go', sentence: 'Smoke × 2 is NO-GO.', at: at(116) },
    ],
    bundle: {
      digest: '12',
      missing: [],
      path: 'evidence/lcopilot-lab/2026-11-21',
      report: 'evidence/lcopilot-lab/2026-11-21/report.html',
    },
  };
}
