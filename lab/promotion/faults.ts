import type { NamedFault } from '../kit/options.js';

/** What a fault changes in the repository that is promoted, or in the forge. */
export interface PromotionFault extends NamedFault {
  /** Texts that are replaced in the file of the first rule that is next. */
  next?: { from: string; to: string };
  /** Files that are put beside it, by path. */
  writes?: Record<string, string>;
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
    summary: 'The next rule has one line more that no test comes to.',
    next: {
      from: 'return { total: parts',
      to: "if (amount > 1e9) throw new Error('too much');\n  return { total: parts",
    },
  },
  { id: 'no-rights', summary: 'The token may open no pull request.', readOnly: true },
  { id: 'rate-limit', summary: 'Each third call of the forge is refused for a second.', limit: 3 },
];
