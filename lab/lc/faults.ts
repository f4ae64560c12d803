import type { AnswerRule } from './api/spoiler.js';

/** What a fault changes. It reaches a service through its environment only, except a bad `.env.example`. */
export interface Fault {
  id: string;
  summary: string;
  postgres?: Record<string, string>;
  api?: Record<string, string>;
  edge?: Record<string, string>;
  /** Settings of `.env.example` that differ from the right ones. */
  envExample?: Record<string, string>;
  rateLimit?: { max: number; windowMs: number; mode: 'fixed' | 'penalty'; leastWindowMs: number };
  /** Leaves a crash marker outside the data folder, which the first start of Postgres trips over. */
  crashMarker?: boolean;
  withoutResults?: boolean;
  /** The stack has an environment file from before, which the first start of Postgres overwrites. */
  envBefore?: boolean;
  /** There is no way to see whether the agent runs. */
  agentUnseen?: boolean;
  agent?: Record<string, string>;
  /** How answers differ from what was found; the probe is the first case served, then come smoke run 1, run 2, the full run. */
  answers?: readonly AnswerRule[];
  /** The run takes longer than it may, at whatever time scale. */
  slow?: 'smoke' | 'full';
  /** The cycle before agreed with the oracle, in place of one in which all was blocked. */
  earlierRight?: true;
  /** Production's database ends once production has answered. */
  productionLoses?: 'postgres';
  /** Inputs that the runbook is given besides, or in place of those of the lab. */
  inputs?: Record<string, unknown>;
  /** The stack is one of containers, and it is shown only where no engine answers. */
  withoutEngine?: true;
}

export const FAULTS: readonly Fault[] = [
  {
    id: 'db-never',
    summary: 'Postgres of the stack ends with an error on every start, for a setting that it refuses.',
    postgres: { POSTGRES_OPTIONS: 'shared_buffers=plenty' },
  },
  {
    id: 'db-second-try',
    summary: 'Postgres of the stack refuses its first start after a crash marker, and works from the second on.',
    crashMarker: true,
  },
  {
    id: 'env-overwritten',
    summary:
      'As db-second-try; the failed start of Postgres leaves the environment file of the stack overwritten, too.',
    crashMarker: true,
    envBefore: true,
  },
  {
    id: 'engine-silent',
    summary: 'The container engine does not answer; where one does, stop it or point DOCKER_HOST away from it first.',
    withoutEngine: true,
  },
  { id: 'too-few-services', summary: 'More services are asked for than the stack has; the lab itself is sound.' },
  {
    id: 'api-critical-log',
    summary: 'The API starts and answers, but logs a CRITICAL line: its audit folder cannot be written.',
    api: { AUDIT_DIR: '/dev/null/audit' },
  },
  {
    id: 'uniform-block',
    summary: 'The .env.example lists too few document types, so that every case is blocked once it is in use.',
    envExample: { DOCUMENT_TYPES: 'commercial_invoice,packing_list,presentation_cover' },
  },
  {
    id: 'false-pass',
    summary: 'The rule on the latest shipment date is switched off in the deployed rules, so late shipments pass.',
    api: { LC_RULES_OFF: 'latest-shipment' },
  },
  {
    id: 'flaky-verdicts',
    summary: 'Every second look at the same case overlooks slips of spelling, so that two runs disagree.',
    api: { LC_TYPO_MODE: 'alternate' },
  },
  {
    id: 'rate-limit-storm',
    summary: 'The limiter prolongs the wait on every refused call and announces far too short a one.',
    rateLimit: { max: 6, windowMs: 120_000, mode: 'penalty', leastWindowMs: 5000 },
  },
  {
    id: 'full-run-regression',
    summary: 'After about fifty validations extraction reads only part of each page, so the full run fails.',
    api: { LC_DEGRADE_AFTER: '48' },
  },
  { id: 'prod-404', summary: "Production's front answers 404 on every route.", edge: { ROUTES: 'missing' } },
  {
    id: 'prod-no-rewrite',
    summary: "Production's front shows its page, and answers 404 on every route of the API.",
    edge: { ROUTES: 'page' },
  },
  { id: 'prod-unhealthy', summary: "Production's database ends.", productionLoses: 'postgres' },
  { id: 'missing-snapshot', summary: 'The results folder of the earlier cycle is missing.', withoutResults: true },
  {
    id: 'agent-runs-on',
    summary: 'The retry agent acknowledges its freeze and goes on all the same.',
    agent: { LC_AGENT_DEAF: '1' },
  },
  { id: 'agent-unseen', summary: 'Nobody can see whether the agent runs: it has no status.', agentUnseen: true },
  {
    id: 'probe-no-answer',
    summary: 'The service cannot examine the case of the probe.',
    answers: [{ cases: 1, status: 500 }],
  },
  {
    id: 'log-pattern',
    summary: 'The .env.example silences the log, so that nothing shows the configuration and the document path.',
    envExample: { LOG_LEVEL: 'error' },
  },
  {
    id: 'stubs-on',
    summary: 'The service answers its first case by a stub, although stub mode is off.',
    answers: [{ cases: 1, stub: true }],
  },
  {
    id: 'block-mid-run',
    summary: 'From the seventh case of the first smoke run on, every answer is blocked.',
    answers: [{ after: 7, verdict: 'blocked' }],
  },
  {
    id: 'http-422',
    summary: 'One case of each smoke run is refused as unprocessable.',
    answers: [{ after: 1, cases: 1, status: 422 }],
  },
  {
    id: 'not-comparable',
    summary: 'Three cases of each smoke run cannot be examined.',
    answers: [{ after: 1, cases: 3, status: 500 }],
  },
  {
    id: 'recall-pass',
    summary: 'Clean presentations get a warning.',
    answers: [
      { after: 1, of: 'pass', cases: 1, status: 500 },
      { after: 1, of: 'pass', cases: 3, verdict: 'warn' },
    ],
  },
  {
    id: 'blocked-pass',
    summary:
      'Some clean presentations are blocked and some not examined: too few for the guard, too many for the gate.',
    answers: [
      { after: 1, of: 'pass', cases: 2, status: 500 },
      { after: 1, of: 'pass', cases: 2, verdict: 'blocked' },
    ],
  },
  {
    id: 'stub-mid-run',
    summary: 'One answer of each smoke run is a stub, although stub mode is off.',
    answers: [{ after: 1, cases: 1, stub: true }],
  },
  {
    id: 'smoke-inaccurate',
    summary: 'Seven presentations of each smoke run that must be rejected get a warning.',
    answers: [{ after: 1, of: 'reject', cases: 7, verdict: 'warn' }],
  },
  {
    id: 'smoke-unsure',
    summary: 'Four presentations of each smoke run that must be rejected get a warning: accurate, and not for sure.',
    answers: [{ after: 1, of: 'reject', cases: 4, verdict: 'warn' }],
  },
  {
    id: 'full-not-comparable',
    summary: 'Six cases of the full run cannot be examined.',
    answers: [{ after: 41, cases: 6, status: 500 }],
  },
  {
    id: 'full-stub',
    summary: 'One answer of the full run is a stub, although stub mode is off.',
    answers: [{ after: 41, cases: 1, stub: true }],
  },
  {
    id: 'full-blocked-pass',
    summary: 'Some clean presentations of the full run are blocked and some not examined: too few for the guard.',
    answers: [
      { after: 41, of: 'pass', cases: 4, status: 500 },
      { after: 41, of: 'pass', cases: 10, verdict: 'blocked' },
    ],
  },
  {
    id: 'full-unsure',
    summary: 'In the full run 56 of 86 cases agree with the oracle: accurate, and not for sure.',
    answers: [
      { after: 41, of: 'pass', cases: 4, status: 500 },
      { after: 41, of: 'reject', cases: 27, verdict: 'warn' },
    ],
  },
  {
    id: 'full-false-pass',
    summary: 'One presentation of the full run that must be rejected passes.',
    answers: [{ after: 41, of: 'reject', cases: 1, verdict: 'pass' }],
  },
  {
    id: 'full-rate-limited',
    summary: 'Five cases of the full run are refused for their rate however often they are tried.',
    answers: [{ after: 41, cases: 5, status: 429 }],
  },
  { id: 'full-slow', summary: 'Answers take so long that the full run is longer than it may be.', slow: 'full' },
  { id: 'slow-run', summary: 'Answers take so long that the first smoke run is longer than it may be.', slow: 'smoke' },
  {
    id: 'critical-in-full-run',
    summary: 'The service logs a critical line in the middle of the full run, and answers as ever.',
    answers: [{ after: 60, critical: 'the audit volume is gone: validations are served without an audit trail' }],
  },
  {
    id: 'smoke-drift',
    summary:
      'The cycle before was right; in the smoke runs two more clean presentations get a warning: the gates hold.',
    earlierRight: true,
    answers: [{ after: 1, until: 41, of: 'pass', cases: 2, verdict: 'warn' }],
  },
  {
    id: 'drift',
    summary:
      'In the full run some presentations that must be rejected get a warning: the gates hold, a class has drifted.',
    answers: [{ after: 41, of: 'reject', cases: 14, verdict: 'warn' }],
  },
  {
    id: 'drift-unexplained',
    summary: 'As drift; nobody names a root cause.',
    answers: [{ after: 41, of: 'reject', cases: 14, verdict: 'warn' }],
  },
  {
    id: 'credential-in-input',
    summary: 'A token stands in an input, in place of a reference to it, so that the plan of the go-live holds it.',
    // Put together here, so that this file holds none.
    inputs: { engineStart: ['start-engine', '--token', ['ghp', 'aB3'.repeat(13)].join('_')] },
  },
  { id: 'cto-rejects', summary: 'The CTO rejects; the lab itself is sound.' },
  { id: 'approval-expires', summary: 'Nobody answers an approval; the lab itself is sound.' },
];

export const SOUND: Fault = { id: 'none', summary: 'Nothing is broken beyond the NO-GO state.' };
