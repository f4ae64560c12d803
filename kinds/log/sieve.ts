import { type LineMatcher, lineMatcher } from '../shared/patterns.js';

const EXCERPT = 300;
/** Characters of a line that many patterns are tried on at once; longer ones wait for `settle`. */
const LONG = 64 * 1024;
/** Characters that may wait where nobody settles them. */
const MOST_WAITING = 64 * 1024 * 1024;

/** A line, and what of it is to be told. */
interface Taken {
  text: string;
  place: string;
  broken: boolean;
  number: number;
}

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
  /** A long line, and those behind it. */
  private waiting: Taken[] = [];
  private waitingLength = 0;
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
    this.lines += 1;
    const line = { text, place, broken, number: this.lines };
    const soon = this.waiting.length === 0 && text.length <= LONG;
    if (soon || this.waitingLength > MOST_WAITING) {
      this.settleNow();
      this.sift(line);
      return;
    }
    this.waiting.push(line);
    this.waitingLength += text.length;
  }

  /** Looks at the lines that wait, and lets all else go on between the patterns. @throws what `pause` throws */
  async settle(pause: () => Promise<void>): Promise<void> {
    const waiting = this.waiting;
    this.waiting = [];
    this.waitingLength = 0;
    for (const line of waiting) {
      if (line.text.length <= LONG) this.sift(line);
      else {
        const fitting = new Set<LineMatcher>();
        for (const matcher of [...this.banned, ...this.needed]) {
          if (matcher.test(line.text)) fitting.add(matcher);
          await pause();
        }
        this.sift(line, (matcher) => fitting.has(matcher));
      }
    }
  }

  private settleNow(): void {
    for (const line of this.waiting) this.sift(line);
    this.waiting = [];
    this.waitingLength = 0;
  }

  private sift(
    { text, place, broken, number }: Taken,
    fits: (matcher: LineMatcher) => boolean = (matcher) => matcher.test(text),
  ): void {
    const { tail, redact } = this.options;
    if (tail !== undefined && broken) this.broken.push(number);
    const needed = broken ? [] : this.needed.flatMap((matcher, index) => (fits(matcher) ? [index] : []));
    const forbidden = this.banned.some(fits);
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
    this.settleNow();
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
