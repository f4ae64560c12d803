/** Exit codes of `golive verify`, worst first: what cannot be trusted at all stands before what was decided wrongly. */
export const CLASSES = {
  altered: 10,
  untrusted: 12,
  incomplete: 11,
  policy: 13,
  history: 14,
} as const;
export type FindingClass = keyof typeof CLASSES;

/** Something that does not hold. */
export interface Finding {
  class: FindingClass;
  /** File, event, gate or approval that it is about. */
  item: string;
  message: string;
}

/** Collects what does not hold, and counts what was looked at. */
export class Findings {
  readonly list: Finding[] = [];
  readonly checked: { what: string; count: number; findings: number; note?: string }[] = [];

  add(kind: FindingClass, item: string, message: string): void {
    this.list.push({ class: kind, item, message });
  }

  /** Runs one group of checks; `count` things were looked at in it. */
  async group(what: string, run: () => Promise<{ count: number; note?: string }> | { count: number; note?: string }) {
    const before = this.list.length;
    const { count, note } = await run();
    this.checked.push({ what, count, findings: this.list.length - before, ...(note === undefined ? {} : { note }) });
  }

  get exitCode(): number {
    const worst = (Object.keys(CLASSES) as FindingClass[]).find((kind) => this.list.some((one) => one.class === kind));
    return worst === undefined ? 0 : CLASSES[worst];
  }
}
