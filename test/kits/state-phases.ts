import type { PhaseState } from '../../model/state/state.js';
import {
  API_DOWN,
  caseStep,
  FULL,
  gate,
  phase,
  ref,
  RUN1,
  RUN2,
  runGates,
  step,
  type RunDraft,
} from './state-parts.js';

export function stopReset(): PhaseState {
  return phase(0, 'stop-reset', 'Stop and reset', {
    owner: ['infra', 'cto'],
    plannedMin: 15,
    from: 0,
    to: 24,
    steps: [
      step('freeze', 'Freeze the retry agents', {
        uses: 'automation.freeze',
        from: 0,
        to: 2,
        summary: '2 loops frozen',
      }),
      step('snapshot', 'Copy the results folder', {
        uses: 'snapshot.copy',
        from: 2,
        to: 6,
        summary: '148 files copied, compared by hash',
        evidence: [ref('stop-reset', 'snapshot', 'files.json', 21_400)],
      }),
    ],
    gates: [gate('complete', 'Files that differ', { value: 0, op: 'equals', threshold: 0, unit: 'count' })],
  });
}

export function infra(): PhaseState {
  const up = (from: number) =>
    step('up', 'Bring the stack up', {
      uses: 'stack.up',
      from,
      to: from + 11,
      summary: 'postgres, redis, api healthy',
    });
  return phase(1, 'infra', 'Infrastructure recovery', {
    owner: ['infra', 'cto'],
    plannedMin: 15,
    from: 60,
    to: 84,
    attempt: 2,
    steps: [
      up(60),
      step('ports', 'TCP 5432, 6379, 8000', { uses: 'tcp.check', from: 71, to: 72, summary: '3 of 3 ports answer' }),
      step('healthz', 'GET /healthz', { uses: 'http.check', from: 72, to: 76, summary: '200 twice running' }),
    ],
    gates: [gate('quiet-logs', 'Critical log lines', { value: 0, op: 'equals', threshold: 0, unit: 'count' })],
    history: [
      {
        attempt: 1,
        verdict: 'no-go',
        sentence: `GET /healthz: ${API_DOWN.message}`,
        gates: [],
        steps: [up(24), step('healthz', 'GET /healthz', { uses: 'http.check', from: 36, to: 38, failure: API_DOWN })],
      },
    ],
  });
}

export function config(): PhaseState {
  return phase(2, 'config', 'Configuration hardening', {
    owner: ['platform', 'data'],
    plannedMin: 50,
    from: 84,
    to: 126,
    steps: [
      step('env', 'Write .env', {
        uses: 'env.set',
        from: 84,
        to: 85,
        summary: '4 variables set, USE_STUBS=false',
        evidence: [ref('config', 'env', 'env.diff', 220)],
      }),
      step('logs', 'Start-up log lines', { uses: 'logs.scan', from: 85, to: 88, summary: '3 of 3 lines seen' }),
      step('probe', 'Single-case probe', {
        uses: 'cases.probe',
        from: 88,
        to: 120,
        summary: 'answered warn; 14 of 14 raw fields present',
        evidence: [ref('config', 'probe', 'raw.json', 3300)],
      }),
    ],
    gates: [gate('probe-blocked', 'Probe blocked', { value: 0, op: 'equals', threshold: 0, unit: 'count' })],
  });
}

export function smoke(second: RunDraft): PhaseState {
  const same = second === RUN2 ? 20 : 18;
  return phase(3, 'smoke', 'Smoke × 2', {
    owner: ['qa', 'platform'],
    plannedMin: 30,
    from: 126,
    to: 253,
    steps: [caseStep('smoke', RUN1), caseStep('smoke', second)],
    gates: [
      ...runGates(RUN1, 'run1.', { comparable: 18, accuracy: 0.7 }),
      ...runGates(second, 'run2.', { comparable: 18, accuracy: 0.7 }),
      gate('consistency', 'Consistency of run 2 with run 1', {
        value: same / 20,
        op: 'atLeast',
        threshold: 0.95,
        n: 20,
        successes: same,
      }),
    ],
  });
}

export function fullRun(): PhaseState {
  const keep = new Set(['comparable', 'accuracy', 'wilson', 'false-pass', '429', 'blocked-pass', 'duration']);
  return phase(4, 'full', 'Full run', {
    owner: ['cto', 'qa'],
    plannedMin: 70,
    from: 253,
    to: 547,
    steps: [caseStep('full', FULL)],
    gates: runGates(FULL, '', { comparable: 85, accuracy: 0.65 }).filter((one) => keep.has(one.id)),
  });
}

export function production(): PhaseState {
  return phase(5, 'production', 'Production check', {
    owner: ['release', 'sre', 'security'],
    plannedMin: 30,
    from: 547,
    to: 556,
    steps: [
      step('api', 'Production API', {
        uses: 'http.check',
        from: 547,
        to: 551,
        summary: '/healthz and /health/live 200, JSON',
      }),
      step('page', 'App page', { uses: 'http.check', from: 551, to: 556, summary: '200, title LCopilot' }),
    ],
    gates: [gate('not-404', 'Routes that answer 404', { value: 0, op: 'equals', threshold: 0, unit: 'count' })],
  });
}
