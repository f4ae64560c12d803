import type { NamedFault } from '../kit/options.js';

/** What a fault changes in the repository that is promoted, or in the forge. */
export interface PromotionFault extends NamedFault {
  /** Texts that are replaced in the file of the first rule that is next. */
  next?: { from: string; to: string };
  /** So many rules are before that one: the first is 0. */
  at?: number;
  /** Files that somebody commits beside it, by path. */
  commits?: Record<string, string>;
  /** Files that lie in the clone and were not committed, by path. */
  uncommitted?: Record<string, string>;
  /** Every rule was promoted. */
  done?: boolean;
  /** The token may open nothing. */
  readOnly?: boolean;
  /** Each N-th call of the forge is refused for a second. */
  limit?: number;
}

export const SOUND: PromotionFault = { id: 'none', summary: 'Nothing is broken.' };

export const FAULTS: readonly PromotionFault[] = [
  {
    id: 'contract',
    summary: 'The next rule gives something else than its contract says.',
    next: { from: "gives: ['total']", to: "gives: ['sum']" },
  },
  {
    id: 'identity',
    summary: 'The next rule calls itself by another id.',
    next: { from: "id = '", to: "id = 'other/" },
  },
  {
    id: 'policy',
    summary: 'The next rule belongs to a team that may not own it.',
    next: { from: "'team-", to: "'crew-" },
  },
  {
    id: 'telemetry',
    summary: 'The next rule raises an event that nobody knows.',
    next: { from: ".done']", to: ".ended']" },
  },
  {
    id: 'import',
    summary: 'The next rule loads a rule that is not there.',
    next: { from: 'uses = [', to: "uses = ['billing/rule-9999', " },
  },
  {
    id: 'coverage',
    summary: 'The next rule has two lines more that no test comes to.',
    next: {
      from: '  return { total: parts',
      to: "  if (amount > 1e9) {\n    throw new Error('too much');\n  }\n  return { total: parts",
    },
  },
  {
    id: 'failing-test',
    summary: 'The next rule gives less than its test asks for.',
    next: { from: 'part.run(1).total, amount)', to: 'part.run(1).total, 0)' },
  },
  {
    id: 'blind-validator',
    summary: 'The validators look at one area alone, and find nothing wrong.',
    commits: {
      'tools/rules.js':
        "import { existsSync, readdirSync } from 'node:fs';\n\nexport function rulesBelow(folder) {\n  if (!existsSync(`${folder}/billing`)) return [];\n  return readdirSync(`${folder}/billing`).map((name) => `billing/${name.slice(0, -'.js'.length)}`);\n}\n",
    },
  },
  { id: 'dirty', summary: 'Somebody left a file in the clone.', uncommitted: { 'src/note.txt': 'look at this\n' } },
  { id: 'place-taken', summary: 'The place of the next rule is taken.', commits: { 'src/billing/rule-0120.js': '' } },
  { id: 'nothing-left', summary: 'Every rule was promoted.', done: true },
  { id: 'no-rights', summary: 'The token may open no pull request.', readOnly: true },
  { id: 'rate-limit', summary: 'Each third call of the forge is refused for a second.', limit: 3 },
  { id: 'friday', summary: 'Nothing is broken: it is a Friday.' },
];

const named = (id: string): PromotionFault => FAULTS.find((fault) => fault.id === id) ?? SOUND;
const at = (id: string, place: number, of: string, summary: string): PromotionFault => ({
  ...named(of),
  id,
  summary,
  at: place,
});

/** Those of a burst: of each checkpoint one, and what a daily batch may meet, too. Its batches are of fifteen rules. */
export const BURST_FAULTS: readonly PromotionFault[] = [
  {
    id: 'import-in-second',
    summary: 'A rule of the second batch loads one of the third by the path beside it.',
    at: 26,
    next: { from: 'export const id', to: "import './rule-0241.js';\n\nexport const id" },
  },
  {
    id: 'coverage-in-third',
    summary: 'A rule of the third batch has lines that are for the candidate tree alone.',
    at: 35,
    next: {
      from: '  return { total: parts',
      to: "  if (import.meta.url.includes('/candidate/')) {\n    amount += 0;\n    amount += 0;\n  }\n  return { total: parts",
    },
  },
  at('contract-in-fourth', 50, 'contract', 'A rule of the fourth batch gives something else than its contract says.'),
  at('identity-in-second', 20, 'identity', 'A rule of the second batch calls itself by another id.'),
  at('policy-in-first', 3, 'policy', 'A rule of the first batch belongs to a team that may not own it.'),
  at('telemetry-in-third', 40, 'telemetry', 'A rule of the third batch raises an event that nobody knows.'),
  ...['failing-test', 'blind-validator', 'dirty', 'place-taken', 'nothing-left', 'no-rights', 'rate-limit'].map(named),
  { id: 'workday', summary: 'Nothing is broken: it is a Thursday.' },
];
