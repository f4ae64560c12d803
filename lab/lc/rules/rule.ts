import type { Credit } from './credit.js';
import type { Paper, PaperType } from './papers.js';
import { agreement } from './text.js';
import type { Issue, Read, Severity } from './types.js';

/** Everything that a rule sees: what was read, never where it came from. */
export interface Presentation {
  credit: Credit;
  papers: ReadonlyMap<PaperType, Paper>;
  typos: 'strict' | 'lenient';
}

export interface Rule {
  id: string;
  /** Articles of UCP 600, by number. */
  articles: string;
  check(presentation: Presentation): Issue[];
}

export function issue(code: string, severity: Severity, field: string, message: string): Issue {
  return { code, severity, field, message };
}

/** Both values, when both could be read. What could not be read is the business of the `unreadable` rule. */
export function both<A, B>(
  a: Read<A> | undefined,
  b: Read<B> | undefined,
): { a: A; b: B; scanned: boolean } | undefined {
  if (a?.kind !== 'read' || b?.kind !== 'read') return undefined;
  return { a: a.value, b: b.value, scanned: a.scanned || b.scanned };
}

/** Issues of one wording against another: none when the same, minor for a slip, `severity` when different. */
export function compareWording(
  presentation: Presentation,
  expected: Read<string>,
  found: Read<string> | undefined,
  as: { code: string; severity: Severity; field: string; what: string },
): Issue[] {
  const pair = both(expected, found);
  if (!pair) return [];
  const result = agreement(pair.a, pair.b, pair.scanned);
  if (result === 'same') return [];
  if (result === 'different') {
    return [issue(as.code, as.severity, as.field, `${as.what}: the credit says "${pair.a}", the document "${pair.b}"`)];
  }
  if (presentation.typos === 'lenient') return [];
  return [
    issue(`${as.code}-typo`, 'minor', as.field, `${as.what}: "${pair.b}" is spelt unlike "${pair.a}" in the credit`),
  ];
}
