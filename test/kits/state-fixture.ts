import { asId } from '../../model/plan/address.js';
import type { GoLiveState } from '../../model/state/state.js';
import type { GateResult } from '../../model/judge/gate.js';
import type { Vote } from '../../model/people/approval.js';
import { API_DOWN, at, gate, pending, ref, RUN2, RUN2_SHORT, STARTED_AT, step } from './state-parts.js';
import { config, fullRun, infra, production, smoke, stopReset } from './state-phases.js';

export { at, STARTED_AT };

const DIGEST = 'b3a8e0e1f9ab1bfe3a36f231f676f78bb30a519d2b21e6c530c0eee8ebb4a5d0';

function vote(approval: string, seconds: number, draft: Partial<Vote> = {}): Vote {
  return {
    approval,
    role: 'cto',
    by: 'Ines Okafor',
    vote: 'approve',
    at: at(seconds),
    via: 'update',
    level: 'declared',
    digest: DIGEST,
    early: false,
    status: 'counted',
    ...draft,
  };
}

function open(): GoLiveState {
  return {
    id: 'lcopilot-lab/2026-11-21',
    workflowId: 'lcopilot-lab',
    target: 'lcopilot-lab',
    change: '2026-11-21',
    runbook: { id: 'lcopilot-day3', title: 'LCopilot Day 3 · NO-GO to SOLID GREEN GO', sha256: '9f2c'.padEnd(64, '1') },
    mode: 'rehearse',
    timeScale: 30,
    planDigest: '4d1e'.padEnd(64, '7'),
    roles: {
      cto: 'CTO',
      infra: 'Infra lead',
      platform: 'Platform/API lead',
      qa: 'QA lead',
      data: 'Data/Model lead',
      sre: 'SRE lead',
      security: 'Security lead',
      release: 'Release lead',
    },
    startedBy: 'Tomás Vega',
    startedAt: STARTED_AT,
    plannedMs: 210 * 60_000,
    evidenceDir: '/srv/lcopilot/evidence/lcopilot-lab/2026-11-21',
    phases: [],
    rollbacks: [
      {
        id: 'R1',
        title: 'Tear down, restore .env',
        because: `Infrastructure recovery: ${API_DOWN.message}`,
        status: 'done',
        startedAt: at(38),
        endedAt: at(44),
        steps: [
          step('down', 'Stack down with volumes', {
            uses: 'stack.down',
            from: 38,
            to: 42,
            summary: '3 services and 2 volumes removed',
          }),
          step('restore-env', 'Restore the previous .env', {
            uses: 'file.restore',
            from: 42,
            to: 44,
            summary: 'restored, hash as before',
          }),
        ],
      },
    ],
    decisions: [],
    approvals: [],
    checklist: [
      {
        item: asId('stop-reset.window'),
        text: 'Maintenance window for the rate-limit tests is confirmed',
        role: 'infra',
        by: 'Mika Sato',
        at: at(20),
        note: 'INC-4411',
      },
      {
        item: asId('config.token'),
        text: 'The endpoint token is empty unless auth is on',
        role: 'platform',
        by: 'Lea Brandt',
        at: at(86),
      },
    ],
    waivers: [],
    refusals: [
      {
        at: at(11),
        message: 'approve',
        by: 'Tomás Vega',
        reason: "'Tomás Vega' does not hold the role cto.",
        hint: 'Ask one of: Ines Okafor.',
      },
    ],
    operator: [],
    rollbackIncomplete: false,
    events: 412,
  };
}

/** A rehearsal ×30 that reached GO after one rollback R1, with a soft deviation waived. */
export function goState(): GoLiveState {
  const state = open();
  const full = fullRun();
  const soft: GateResult = {
    ...gate('p95', 'Response time, 95th percentile', { value: 4200, op: 'atMost', threshold: 4000, unit: 'ms' }),
    verdict: 'waived',
    waiver: {
      by: 'Ines Okafor',
      role: 'cto',
      reason: 'The lab machine has two cores; production has sixteen.',
      until: '2026-12-01T00:00:00.000Z',
    },
  };
  soft.sentence = `${soft.sentence} WAIVED by Ines Okafor (cto) until 2026-12-01T00:00:00.000Z: ${soft.waiver?.reason ?? ''}`;
  full.gates.push(soft);
  Object.assign(full, { verdict: 'waived', sentence: soft.sentence });
  state.phases = [stopReset(), infra(), config(), smoke(RUN2), full, production()];
  state.waivers = [
    {
      gate: asId('full.p95'),
      role: 'cto',
      by: 'Ines Okafor',
      reason: soft.waiver?.reason ?? '',
      at: at(550),
      until: '2026-12-01T00:00:00.000Z',
      used: true,
    },
  ];
  state.approvals = [
    {
      id: 'full',
      question: 'Start the full run?',
      needs: [{ role: 'cto', count: 1 }],
      status: 'approved',
      digest: DIGEST,
      openedAt: at(253),
      closedAt: at(261),
      votes: [vote('full', 261, { reason: 'Both smoke runs hold.' })],
      sentence: 'Approved by Ines Okafor (CTO).',
    },
    {
      id: 'local-go',
      question: 'Approve the evidence bundle?',
      needs: [{ role: 'cto', count: 1 }],
      status: 'approved',
      digest: DIGEST,
      openedAt: at(556),
      closedAt: at(580),
      votes: [vote('local-go', 580, { reason: 'Read the figures, two spot checks agree.' })],
      sentence: 'Approved by Ines Okafor (CTO).',
    },
  ];
  state.decisions = [
    {
      id: 'local-go',
      title: 'SOLID GREEN GO',
      verdict: 'waived',
      sentence: 'All of its 5 requirements hold, one under a waiver. Approved by Ines Okafor (CTO).',
      approval: 'Approved by Ines Okafor (CTO).',
    },
    {
      id: 'deployment',
      title: 'Production deployment',
      verdict: 'waived',
      sentence: 'All of its 2 requirements hold, one under a waiver.',
    },
  ];
  return Object.assign(state, {
    endedAt: at(582),
    verdict: 'waived' as const,
    sentence: 'SOLID GREEN GO: GO with waivers. Production deployment: GO with waivers.',
    bundle: { digest: DIGEST, missing: [] },
  });
}

/** A rehearsal ×30 that ended at the second smoke run: one agreement short, rollback R3, one try of a wrong person. */
export function noGoState(): GoLiveState {
  const state = open();
  const failing = smoke(RUN2_SHORT);
  const wilsonGate = failing.gates.find((one) => one.id === 'run2.wilson');
  failing.sentence = wilsonGate?.sentence;
  state.phases = [
    stopReset(),
    infra(),
    config(),
    failing,
    pending(4, 'full', 'Full run', ['cto', 'qa'], 70),
    pending(5, 'production', 'Production check', ['release', 'sre', 'security'], 30),
  ];
  state.rollbacks.push({
    id: 'R3',
    title: 'Freeze the configuration, hand over to triage',
    because: `Smoke × 2: ${wilsonGate?.sentence ?? ''}`,
    status: 'done',
    startedAt: at(253),
    endedAt: at(259),
    steps: [
      step('freeze-config', 'Freeze the configuration', {
        uses: 'snapshot.copy',
        from: 253,
        to: 256,
        summary: '7 files frozen',
        evidence: [ref('R3', 'freeze-config', 'files.json', 900)],
      }),
      step('hand-over', 'Hand over to Product and Infra', {
        uses: 'notify',
        from: 256,
        to: 259,
        summary: 'sent to #lc-triage',
      }),
    ],
  });
  state.approvals = [
    {
      id: 'full',
      question: 'Start the full run?',
      needs: [{ role: 'cto', count: 1 }],
      status: 'not-asked',
      digest: '',
      votes: [],
    },
    {
      id: 'local-go',
      question: 'Approve the evidence bundle?',
      needs: [{ role: 'cto', count: 1 }],
      status: 'not-asked',
      digest: '',
      votes: [],
    },
  ];
  state.operator = [
    {
      at: at(52),
      choice: 'retry-phase',
      by: 'Mika Sato',
      role: 'infra',
      reason: 'Port 8000 was held by an old container.',
      about: asId('infra.healthz'),
    },
  ];
  const sentence = `Smoke × 2: ${failing.sentence ?? ''} (2 more: Full run, Consistency)`;
  state.decisions = [
    { id: 'local-go', title: 'SOLID GREEN GO', verdict: 'no-go', sentence },
    { id: 'deployment', title: 'Production deployment', verdict: 'no-go', sentence: `SOLID GREEN GO: ${sentence}` },
  ];
  return Object.assign(state, {
    endedAt: at(261),
    verdict: 'no-go' as const,
    sentence: `SOLID GREEN GO: NO-GO. ${sentence}`,
    bundle: { digest: DIGEST, missing: ['day3_results.jsonl: full.full.results.jsonl was not left'] },
  });
}
