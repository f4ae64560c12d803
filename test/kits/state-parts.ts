import { asId } from '../../model/plan/address.js';
import type { EvidenceRef } from '../../model/evidence/manifest.js';
import type { StepFailure } from '../../model/failure.js';
import type { JsonObject } from '../../model/json.js';
import type { PhaseState, StepRecord } from '../../model/state/state.js';
import { buildContext } from '../../model/expression/expression.js';
import { judgeGate, type GateResult } from '../../model/judge/gate.js';
import { wilson } from '../../model/expression/statistics.js';

/** Start of both fixtures; every other time counts from here. */
export const STARTED_AT = '2026-11-21T09:00:00.000Z';

/** ISO time so many seconds after the start. */
export function at(seconds: number): string {
  return new Date(Date.parse(STARTED_AT) + seconds * 1000).toISOString();
}

export function ref(inPhase: string, ofStep: string, name: string, bytes: number): EvidenceRef {
  const sha256 = [...`${inPhase}${ofStep}${name}`].reduce((h, c) => (h * 31 + c.charCodeAt(0)) >>> 0, 7);
  return { name, path: `phases/${inPhase}.1/${ofStep}/${name}`, sha256: sha256.toString(16).padStart(64, '0'), bytes };
}

interface StepDraft {
  uses: string;
  from: number;
  to: number;
  summary?: string;
  outputs?: JsonObject;
  evidence?: EvidenceRef[];
  failure?: StepFailure;
}

export function step(id: string, title: string, draft: StepDraft): StepRecord {
  const { uses, from, to, ...rest } = draft;
  return {
    id: asId(id),
    title,
    uses,
    status: draft.failure ? 'failed' : 'done',
    epoch: 1,
    startedAt: at(from),
    endedAt: at(to),
    ...rest,
  };
}

interface GateDraft {
  value: number;
  op: 'atLeast' | 'above' | 'atMost' | 'below' | 'equals';
  threshold: number;
  n?: number;
  successes?: number;
  unit?: GateResult['unit'];
  soft?: boolean;
}

/** A gate as the model's own judge leaves it. */
export function gate(id: string, title: string, draft: GateDraft): GateResult {
  const { value, op, threshold, n, successes, unit, soft = false } = draft;
  const it = { value, ...(n === undefined ? {} : { n }), ...(successes === undefined ? {} : { successes }) };
  return judgeGate(
    {
      id: asId(id),
      title,
      value: 'it.value',
      limit: { op, threshold },
      ...(n === undefined ? {} : { n: 'it.n' }),
      ...(successes === undefined ? {} : { successes: 'it.successes' }),
      ...(unit === undefined ? {} : { unit }),
      hard: !soft,
      floor: id.endsWith('false-pass'),
    },
    buildContext({ inputs: {}, run: {}, it }),
  );
}

export interface RunDraft {
  id: string;
  total: number;
  comparable: number;
  confusion: Record<string, number>;
  retries429: number;
  from: number;
  to: number;
}

/** Figures of a case run from its confusion counts (`expected>got`). */
function figures(run: RunDraft): JsonObject & { agreed: number } {
  const entries = Object.entries(run.confusion).map(([key, count]) => ({ pair: key.split('>'), count }));
  const sum = (keep: (expected: string, got: string) => boolean) =>
    entries.reduce((total, { pair, count }) => total + (keep(pair[0] ?? '', pair[1] ?? '') ? count : 0), 0);
  const agreed = sum((expected, got) => expected === got);
  const pass = sum((expected) => expected === 'pass');
  return {
    total: run.total,
    comparable: run.comparable,
    agreed,
    accuracy: agreed / run.comparable,
    recallPass: sum((expected, got) => expected === 'pass' && got === 'pass') / pass,
    criticalFalsePass: sum((expected, got) => expected === 'reject' && got === 'pass'),
    blockedShare: sum((_, got) => got === 'blocked') / run.total,
    blockedAmongPass: sum((expected, got) => expected === 'pass' && got === 'blocked') / pass,
    http422: 0,
    answered429: run.retries429,
    retries429: run.retries429,
    exhausted429: 0,
    confusion: run.confusion,
  };
}

export function caseStep(inPhase: string, run: RunDraft): StepRecord {
  const outputs = figures(run);
  return step(run.id, `${run.total} cases at ≥ 3 s, ${run.id}`, {
    uses: 'cases.run',
    from: run.from,
    to: run.to,
    summary: `${run.comparable} of ${run.total} comparable, accuracy ${(outputs.agreed / run.comparable).toFixed(2)}, ${run.retries429} retries after 429`,
    outputs,
    evidence: [
      ref(inPhase, run.id, 'results.jsonl', run.total * 640),
      ref(inPhase, run.id, 'metrics.json', 2210),
      ref(inPhase, run.id, 'confusion_matrix.csv', 164),
      ref(inPhase, run.id, 'failed_cases.csv', 480),
      ref(inPhase, run.id, 'rate_limit_stats.json', 312),
    ],
  });
}

export function runGates(run: RunDraft, prefix: string, least: { comparable: number; accuracy: number }): GateResult[] {
  const f = figures(run);
  const n = run.comparable;
  const { lower } = wilson(f.agreed, n);
  const id = (name: string) => `${prefix}${name}`;
  return [
    gate(id('comparable'), 'Comparable records', {
      value: n,
      op: 'atLeast',
      threshold: least.comparable,
      n: run.total,
      unit: 'count',
    }),
    gate(id('accuracy'), 'Accuracy', {
      value: f.agreed / n,
      op: 'atLeast',
      threshold: least.accuracy,
      n,
      successes: f.agreed,
    }),
    gate(id('wilson'), 'Wilson 95 % lower bound', {
      value: lower,
      op: 'above',
      threshold: 0.6,
      n,
      successes: f.agreed,
    }),
    gate(id('recall-pass'), 'Recall of pass', { value: Number(f.recallPass), op: 'atLeast', threshold: 0.6 }),
    gate(id('false-pass'), 'Critical false pass', {
      value: Number(f.criticalFalsePass),
      op: 'equals',
      threshold: 0,
      unit: 'count',
    }),
    gate(id('http-422'), 'HTTP 422', { value: 0, op: 'equals', threshold: 0, unit: 'count' }),
    gate(id('429'), 'Ran out of 429 retries', { value: 0, op: 'atMost', threshold: 0.05, unit: 'percent' }),
    gate(id('blocked-pass'), 'Blocked among expected pass', {
      value: Number(f.blockedAmongPass),
      op: 'below',
      threshold: 0.3,
    }),
    gate(id('duration'), 'Duration', {
      value: (run.to - run.from) * 1000,
      op: 'atMost',
      threshold: 2_700_000,
      unit: 'ms',
    }),
  ];
}

export const RUN1: RunDraft = {
  id: 'run1',
  total: 20,
  comparable: 20,
  retries429: 3,
  from: 128,
  to: 190,
  confusion: {
    'pass>pass': 6,
    'pass>warn': 1,
    'warn>warn': 5,
    'warn>reject': 1,
    'reject>reject': 6,
    'blocked>blocked': 1,
  },
};
export const RUN2: RunDraft = { ...RUN1, id: 'run2', retries429: 1, from: 192, to: 251 };
export const RUN2_SHORT: RunDraft = {
  ...RUN2,
  confusion: {
    'pass>pass': 5,
    'pass>warn': 2,
    'warn>warn': 4,
    'warn>reject': 2,
    'reject>reject': 6,
    'blocked>blocked': 1,
  },
};
export const FULL: RunDraft = {
  id: 'full',
  total: 90,
  comparable: 90,
  retries429: 11,
  from: 262,
  to: 545,
  confusion: {
    'pass>pass': 28,
    'pass>warn': 3,
    'warn>warn': 21,
    'warn>pass': 2,
    'warn>reject': 2,
    'reject>reject': 29,
    'reject>warn': 1,
    'blocked>blocked': 4,
  },
};

interface PhaseDraft {
  owner: string[];
  plannedMin: number;
  from: number;
  to: number;
  steps: StepRecord[];
  gates?: GateResult[];
  attempt?: number;
  history?: PhaseState['history'];
}

export function phase(index: number, id: string, title: string, draft: PhaseDraft): PhaseState {
  const { owner, plannedMin, from, to, steps, gates = [], attempt = 1, history = [] } = draft;
  const bad = gates.find((one) => one.verdict !== 'go');
  return {
    id: asId(id),
    index,
    title,
    owner,
    steps,
    gates,
    attempt,
    history,
    plannedMs: plannedMin * 60_000,
    status: bad ? 'failed' : 'passed',
    verdict: bad ? 'no-go' : 'go',
    sentence:
      bad?.sentence ?? (gates.length > 0 ? `All ${gates.length} gates hold.` : `All ${steps.length} steps done.`),
    startedAt: at(from),
    endedAt: at(to),
    workflowId: `lcopilot-lab/2026-11-21/${index}-${id}`,
  };
}

export function pending(index: number, id: string, title: string, owner: string[], plannedMin: number): PhaseState {
  return {
    id: asId(id),
    index,
    title,
    owner,
    plannedMs: plannedMin * 60_000,
    status: 'pending',
    attempt: 0,
    steps: [],
    gates: [],
    history: [],
  };
}

export const API_DOWN: StepFailure = {
  code: 'CONNECTION_FAILED',
  message: 'GET http://127.0.0.1:8000/healthz: nothing answered within 60s (connection refused).',
  hint: 'See whether the service runs and listens there.',
};
