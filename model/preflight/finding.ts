import { counted } from '../text/counted.js';
import type { Mode } from '../plan/plan.js';

/** What is looked for before a go-live begins, in the order in which the table shows it. */
export const AREAS = [
  'server',
  'worker',
  'secret',
  'program',
  'host',
  'folder',
  'disk',
  'check',
  'quorum',
  'key',
] as const;
export type Area = (typeof AREAS)[number];

/**
 * Severity, best first. `doubtful`: it is not there, but may be when it is needed, since a deed of the runbook stands
 * before it, or since it may never be needed.
 */
export const STANDINGS = ['there', 'doubtful', 'missing'] as const;
export type Standing = (typeof STANDINGS)[number];

/** One thing that a go-live needs, and whether it is there. */
export interface Finding {
  area: Area;
  /** A name: `$TOKEN`, `psql`, `db.example.org:5432`. */
  what: string;
  /** What needs it first: `<phase>.<step>`, else words. */
  where: string;
  standing: Standing;
  /** One sentence, without secrets. */
  found: string;
  /** What to do when it is not there. */
  next?: string;
}

/** What the worker found. */
export interface Preflight {
  /** Version of golive that the worker is of. */
  version: string;
  findings: Finding[];
}

/** Areas that fail a rehearsal as surely as a live go-live; the rest a rehearsal may do without. */
const NEEDED_ANYWAY: readonly Area[] = ['server', 'secret', 'program'];

/** What keeps a go-live from being begun: in live mode all that is missing. */
export function refusing(mode: Mode, findings: readonly Finding[]): Finding[] {
  return findings.filter(
    ({ standing, area }) => standing === 'missing' && (mode === 'live' || NEEDED_ANYWAY.includes(area)),
  );
}

/** By area, worst first in each. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  const rank = ({ area, standing }: Finding): number =>
    AREAS.indexOf(area) * STANDINGS.length + (STANDINGS.length - STANDINGS.indexOf(standing));
  return findings.toSorted((a, b) => rank(a) - rank(b));
}

/** How many sentences stand in one; the table has them all. */
const TOLD = 3;

/** Why nothing was begun, in one sentence. */
export function preflightSentence(refused: readonly Finding[]): string {
  return `${refused.length} of what it needs ${refused.length === 1 ? 'is' : 'are'} missing. ${toldOf(refused)}`;
}

/** What a look found, in one sentence; `refused`: what keeps a go-live from being begun. */
export function missingSentence(refused: readonly Finding[], findings: readonly Finding[]): string {
  if (refused.length > 0) return `${counted(refused.length, 'thing')} missing: ${toldOf(refused)}`;
  const rest = findings.filter(({ standing }) => standing === 'missing');
  if (rest.length === 0) return 'All that it needs is there.';
  return `All that a rehearsal needs is there. Live, ${counted(rest.length, 'thing')} would be missing: ${toldOf(rest)}`;
}

function toldOf(refused: readonly Finding[]): string {
  const told = refused.slice(0, TOLD).map(({ what, where, found }) => `${what} (${where}): ${found}`);
  const more = refused.length > TOLD ? ` And ${refused.length - TOLD} more.` : '';
  return `${told.join(' ')}${more}`;
}
