import { type LineMatcher, lineMatcher } from '../shared/patterns.js';

const EXCERPT = 300;

/** A line that a pattern fits. */
export interface Hit {
  /** Where it stands, and how it begins. */
  shown: string;
  /** Places of the needed patterns that fit it. */
  needed: number[];
  forbidden: boolean;
}

export interface SieveOptions {
  needed: readonly string[];
  forbidden: readonly string[];
  /** Only the last so many lines of the log count. */
  tail?: number | undefined;
  /** How many hits of each sort are kept; the others are counted. */
  most: number;
  redact(text: string): string;
}

/** Sifts the lines of one log: what fits, with bounded memory however long the log is. */
export class Sieve {
  readonly hits: Hit[] = [];
  matched = 0;
  forbidden = 0;
  /** Places of the needed patterns that fit a line. */
  readonly found = new Set<number>();
  private lines = 0;
  /** With `tail`, what fitted by the number of its line: only at the end it is known which of it counts. */
  private late: { hit: Hit; number: number }[] = [];
  /** With `tail`, the lines that could not be read. */
  private broken: number[] = [];
  private readonly needed: readonly LineMatcher[];
  private readonly banned: readonly LineMatcher[];

  /** @throws StepError BAD_INPUT for a pattern that cannot be used */
  constructor(private readonly options: SieveOptions) {
    this.needed = options.needed.map(lineMatcher);
    this.banned = options.forbidden.map(lineMatcher);
  }

  /** @param broken it could not be read as a whole: what must not be there counts all the same */
  take(text: string, place: string, broken: boolean): void {
    const { tail, redact } = this.options;
    this.lines += 1;
    const number = this.lines;
    if (tail !== undefined && broken) this.broken.push(number);
    const needed = broken ? [] : this.needed.flatMap((matcher, index) => (matcher.test(text) ? [index] : []));
    const forbidden = this.banned.some((matcher) => matcher.test(text));
    if (needed.length > 0 || forbidden) {
      const hit = { shown: `${place}: ${redact(text).slice(0, EXCERPT)}`, needed, forbidden };
      if (tail === undefined) this.count(hit);
      else this.late.push({ hit, number });
    }
    // Now and then, so that what is kept stays within twice the tail.
    if (tail !== undefined && this.late.length > 2 * tail) this.forget(number - tail);
  }

  /** @returns how many lines of the log were before its tail, and how many of those were broken */
  end(): { before: number; brokenBefore: number } {
    const { tail } = this.options;
    const before = tail === undefined ? 0 : Math.max(0, this.lines - tail);
    this.forget(before);
    for (const { hit } of this.late) this.count(hit);
    return { before, brokenBefore: this.broken.filter((number) => number <= before).length };
  }

  private forget(upTo: number): void {
    this.late = this.late.filter(({ number }) => number > upTo);
  }

  private count(hit: Hit): void {
    const { most } = this.options;
    for (const index of hit.needed) this.found.add(index);
    const keep = (hit.needed.length > 0 && this.matched < most) || (hit.forbidden && this.forbidden < most);
    if (hit.needed.length > 0) this.matched += 1;
    if (hit.forbidden) this.forbidden += 1;
    if (keep) this.hits.push(hit);
  }
}
