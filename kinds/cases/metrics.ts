import { largest, smallest } from '../../model/largest.js';
import { type Expected, type VerdictClass, VERDICT_CLASSES } from './verdict-class.js';

/** One line of `results.jsonl`: what was asked and answered for one case. */
export interface CaseResult {
  /** Phase and step that it is of, and the attempt of the phase; results of earlier versions have none. */
  run?: string;
  attempt?: number;
  id: string;
  scenario: string;
  expected: VerdictClass;
  /** The class that the answer was mapped to; null when it could not be mapped: not comparable. */
  verdict: VerdictClass | null;
  status: number;
  attempts: number;
  retries429: number;
  exhausted429: boolean;
  stub: boolean;
  /** From the first send to the last answer of this case, waits included. */
  ms: number;
  startedAt: string;
  at: string;
  issues: string[];
  severities: string[];
  structuredKeys: string[];
  extraction?: unknown;
  lcDetected?: boolean;
  documentsPresent?: unknown;
  sha256: string;
  error?: string;
  /** What a batch script's own line does not tell of the case: no figure is made of it. */
  untold?: Untold[];
  /** The line itself, without secrets, and its number in the script's file. */
  raw?: string;
  line?: number;
  /** How many were masked in what the answer told. */
  credentials?: number;
}

/** What the lines of a batch script may leave open. */
export type Untold = 'status' | 'retries' | 'stub';

/**
 * Tallies on the manifest's totals, as results come: a share that is over a limit once can only grow, so a guard on it is
 * certain.
 */
export class Tally {
  readonly #total: number;
  readonly #expected = new Map<VerdictClass, number>();
  readonly #blockedOf = new Map<VerdictClass, number>();
  readonly #counts = {
    done: 0,
    blocked: 0,
    criticalFalsePass: 0,
    http422: 0,
    exhausted429: 0,
    comparable: 0,
    agreed: 0,
  };
  /** Sends that were answered 429 and tried again. */
  retried = 0;

  constructor(cases: readonly Expected[], results: readonly CaseResult[] = []) {
    this.#total = cases.length;
    for (const { expected } of cases) addOne(this.#expected, expected);
    for (const result of results) this.add(result);
  }

  add({ expected, verdict, status, exhausted429, retries429 }: CaseResult): void {
    const counts = this.#counts;
    counts.done += 1;
    if (verdict === 'blocked') {
      counts.blocked += 1;
      addOne(this.#blockedOf, expected);
    }
    if (expected === 'reject' && verdict === 'pass') counts.criticalFalsePass += 1;
    if (status === 422) counts.http422 += 1;
    if (exhausted429) counts.exhausted429 += 1;
    if (verdict !== null) counts.comparable += 1;
    if (verdict === expected) counts.agreed += 1;
    this.retried += retries429;
  }

  figures() {
    const { done, blocked, ...others } = this.#counts;
    const total = this.#total;
    const maxClassBlockedShare = this.#maxClassBlocked();
    return { done, total, blocked, blockedShare: blocked / total, maxClassBlockedShare, ...others };
  }

  #maxClassBlocked(): number {
    const shares = VERDICT_CLASSES.filter((verdict) => verdict !== 'blocked').map((verdict) => {
      const all = this.#expected.get(verdict) ?? 0;
      return all === 0 ? 0 : (this.#blockedOf.get(verdict) ?? 0) / all;
    });
    return largest(shares) ?? 0;
  }
}

function addOne(counts: Map<VerdictClass, number>, of: VerdictClass): void {
  counts.set(of, (counts.get(of) ?? 0) + 1);
}

/** Count by `expected>got`. */
export function confusionOf(results: readonly CaseResult[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { expected, verdict } of results) {
    if (verdict === null) continue;
    counts[`${expected}>${verdict}`] = (counts[`${expected}>${verdict}`] ?? 0) + 1;
  }
  return counts;
}

/** Figures of what every line tells; where one does not, nobody knows them. */
function told<F extends object>(results: readonly CaseResult[], what: Untold, figures: F): Partial<F> {
  return results.some(({ untold }) => untold?.includes(what)) ? {} : figures;
}

/** `{name: part / whole}`, or nothing when there is no whole: a share of nothing is no number, and never a pass. */
function share<N extends string>(name: N, part: number, whole: number): { [K in N]?: number } {
  return (whole === 0 ? {} : { [name]: part / whole }) as { [K in N]?: number };
}

/** The figures of a run, whole or partial. `durationMs` is from the first send to the last answer. */
export function metricsOf(cases: readonly Expected[], results: readonly CaseResult[]) {
  const running = new Tally(cases, results).figures();
  const expectedPass = results.filter((result) => result.expected === 'pass' && result.verdict !== null);
  const starts = results.map((result) => Date.parse(result.startedAt));
  const ends = results.map((result) => Date.parse(result.at));
  const { total, comparable, agreed, criticalFalsePass, http422, exhausted429, blocked } = running;
  return {
    total,
    comparable,
    agreed,
    ...share('accuracy', agreed, comparable),
    ...share('recallPass', expectedPass.filter((result) => result.verdict === 'pass').length, expectedPass.length),
    criticalFalsePass,
    ...told(results, 'status', { http422, exhausted429, ...share('exhausted429Share', exhausted429, total) }),
    ...told(results, 'retries', { retries429: results.reduce((sum, result) => sum + result.retries429, 0) }),
    blocked,
    ...share('blockedShare', blocked, total),
    ...share(
      'blockedAmongExpectedPass',
      expectedPass.filter((result) => result.verdict === 'blocked').length,
      expectedPass.length,
    ),
    maxClassBlockedShare: running.maxClassBlockedShare,
    ...told(results, 'stub', { stubbed: results.filter((result) => result.stub).length }),
    durationMs: (largest(ends) ?? 0) - (smallest(starts) ?? 0),
    confusion: confusionOf(results),
  };
}
