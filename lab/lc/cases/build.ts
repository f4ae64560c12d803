import { createHash } from 'node:crypto';
import { SCANS, scanned } from './noise.js';
import type { Scan } from './noise.js';
import { pages } from './papers.js';
import type { Page } from './papers.js';
import { Random } from './prng.js';
import { SCENARIOS } from './scenarios.js';
import type { Expected, Scenario } from './scenarios.js';
import { cleanTrade } from './trade.js';

export interface CaseDocument {
  name: string;
  type?: string;
  text: string;
  sha256: string;
}

export interface Case {
  id: string;
  scenario: string;
  expected: Expected;
  documents: CaseDocument[];
}

export interface Manifest {
  schema: 1;
  seed: number;
  set: string;
  counts: { scenario: Record<string, number>; expected: Record<string, number> };
  cases: Case[];
}

/** In everyday paperwork this share of presentations holds scanned pages, one or two of them. */
const SCANNED_SHARE = 0.4;
const DECLARED_SHARE = 0.5;

function scanOf(page: Page, scenario: Scenario, picked: ReadonlySet<string>, random: Random): Scan | undefined {
  if (scenario.paperwork === 'ruined-credit') return page.type === 'letter_of_credit' ? SCANS.ruined : undefined;
  if (scenario.paperwork === 'scanned') return random.chance(0.35) ? SCANS.poor : SCANS.good;
  return picked.has(page.name) ? (random.chance(0.4) ? SCANS.poor : SCANS.good) : undefined;
}

function documents(scenario: Scenario, random: Random): CaseDocument[] {
  const trade = cleanTrade(random);
  scenario.plant(trade, random);
  const all = pages(trade, random);
  const picked = new Set(
    random.chance(SCANNED_SHARE) ? random.shuffle(all.map(({ name }) => name)).slice(0, random.int(1, 2)) : [],
  );
  return all.map((page) => {
    const scan = scanOf(page, scenario, picked, random);
    const text = scan ? scanned(page.text, scan, random) : page.text;
    const sha256 = createHash('sha256').update(text).digest('hex');
    const type = random.chance(DECLARED_SHARE) || scan === SCANS.ruined ? { type: page.type } : {};
    return { name: page.name, ...type, text, sha256 };
  });
}

function manifest(seed: number, set: string, cases: Case[]): Manifest {
  const count = (key: 'scenario' | 'expected') => {
    const counts: Record<string, number> = {};
    for (const one of cases) counts[one[key]] = (counts[one[key]] ?? 0) + 1;
    return Object.fromEntries(Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  };
  return { schema: 1, seed, set, counts: { scenario: count('scenario'), expected: count('expected') }, cases };
}

export interface Sets {
  full: Manifest;
  smoke: Manifest;
  probe: Manifest;
}

/**
 * All cases of a seed: 90 in the full set, 20 of them as the stratified smoke sample, and one clean probe of its own.
 * Ids say nothing about scenario or verdict; they follow a shuffled order.
 */
export function buildCases(seed: number): Sets {
  const drafts = SCENARIOS.flatMap((scenario) =>
    Array.from({ length: scenario.full }, (_, index) => ({ scenario, index, inSmoke: index < scenario.smoke })),
  );
  const order = Random.named(seed, 'order').shuffle(drafts);
  const built = order.map(({ scenario, index, inSmoke }, at) => ({
    inSmoke,
    one: {
      id: `LC-${seed}-${String(at + 1).padStart(3, '0')}`,
      scenario: scenario.id,
      expected: scenario.expected,
      documents: documents(scenario, Random.named(seed, `${scenario.id}/${index}`)),
    },
  }));
  const all = built.map(({ one }) => one);
  const smoke = built.filter(({ inSmoke }) => inSmoke).map(({ one }) => one);
  return {
    full: manifest(seed, 'full90', all),
    smoke: manifest(seed, 'smoke20', smoke),
    probe: manifest(seed, 'probe1', [probe(seed)]),
  };
}

/** A clean presentation with one well scanned page, so that both ways of reading show in the service's log. */
function probe(seed: number): Case {
  const random = Random.named(seed, 'probe');
  const all = pages(cleanTrade(random), random).map((page) => {
    const text =
      page.type === 'certificate_of_origin'
        ? scanned(page.text, { ...SCANS.good, lookAlike: 0, misread: 0 }, random)
        : page.text;
    return { name: page.name, text, sha256: createHash('sha256').update(text).digest('hex') };
  });
  return { id: `LC-${seed}-probe`, scenario: 'clean', expected: 'pass', documents: all };
}
