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
  { id: 'missing-snapshot', summary: 'The results folder of the earlier cycle is missing.', withoutResults: true },
  { id: 'cto-rejects', summary: 'The CTO rejects; the lab itself is sound.' },
  { id: 'approval-expires', summary: 'Nobody answers an approval; the lab itself is sound.' },
];

export const SOUND: Fault = { id: 'none', summary: 'Nothing is broken beyond the NO-GO state.' };
