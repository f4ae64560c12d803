import { Unreadable } from './read.js';

/** Exit codes of `golive verify`, worst first: what cannot be trusted at all stands before what was decided wrongly. */
export const CLASSES = {
  altered: 10,
  untrusted: 12,
  unreadable: 15,
  incomplete: 11,
  other: 16,
  policy: 13,
  history: 14,
} as const;
export type FindingClass = keyof typeof CLASSES;

/** The worst class of those that there are. */
export function worstOf(has: (kind: FindingClass) => boolean): FindingClass | undefined {
  return (Object.keys(CLASSES) as FindingClass[]).find(has);
}

/** Something that does not hold. */
export interface Finding {
  class: FindingClass;
  /** File, event, gate or approval that it is about. */
  item: string;
  message: string;
}

/** What was looked at, and how many things of it. */
interface Looked {
  count: number;
  note?: string;
  /** What the group is about was not there, or could not be read: that nothing was found says nothing. */
  absent?: true;
}

/** Findings that are kept; a manifest of a million lines may give a million. All are counted. */
export const KEPT = 1000;

/** Collects what does not hold, counts what was looked at, and says what was not judged again. */
export class Findings {
  readonly list: Finding[] = [];
  readonly checked: { what: string; count: number; findings: number; note?: string; absent?: true }[] = [];
  /** What golive took as it stands, since it cannot judge it again. */
  readonly asLogged: { what: string; count: number; why: string }[] = [];
  /** All that was found, also what is not kept. */
  count = 0;
  private readonly classes = new Set<FindingClass>();

  add(kind: FindingClass, item: string, message: string): void {
    this.count += 1;
    this.classes.add(kind);
    if (this.list.length < KEPT) this.list.push({ class: kind, item, message });
  }

  /** Names what was not judged again, where there is any of it. */
  leave(count: number, what: string, why: string): void {
    if (count > 0) this.asLogged.push({ what, count, why });
  }

  /** Whether anything of this class was found. */
  has(kind: FindingClass): boolean {
    return this.classes.has(kind);
  }

  /** Runs one group of checks; `count` things were looked at in it. */
  async group(what: string, run: () => Promise<Looked> | Looked): Promise<void> {
    const before = this.count;
    const looked = await run();
    this.checked.push({ what, findings: this.count - before, ...looked });
  }

  /** Reads something; what cannot be read is a finding, and gives nothing. */
  reading<T>(item: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      // What is read twice, to be hashed and to be understood, is told once.
      const told = this.list.some((one) => one.item === item && one.message === error.message);
      if (!told) this.add('unreadable', item, error.message);
      return undefined;
    }
  }

  get exitCode(): number {
    const worst = worstOf((kind) => this.has(kind));
    return worst === undefined ? 0 : CLASSES[worst];
  }
}
