import { z } from 'zod';
import { sha256 } from '../../evidence/hash.js';
import { ReadingError } from '../shared/reading.js';
import type { Severity } from './severities.js';

/** One thing that a scanner found. */
export interface Finding {
  rule: string;
  /** `unrated`: the report does not say, so it counts as high. */
  severity: Severity | 'unrated';
  /** As the report has it; empty where it names no file. */
  path: string;
  line?: number;
  message: string;
  /** At how many more places it is, of which nothing is told. */
  elsewhere?: number;
  /** What makes it the same finding in another scan, where the tool says so. */
  mark?: string;
}

/** What a report came to. */
export interface Report {
  findings: Finding[];
  /** Findings that the source itself silences (`nosec`, `noqa`), where the tool tells of them. */
  suppressed: number;
  /** What the tool could not look at, in its own words. */
  problems: string[];
}

/** Reviewed findings: a list of those that are known, each with its reason and who looked. */
export const baselineSchema = z.array(
  z.strictObject({
    id: z.string().regex(/^[0-9a-f]{16}$/, 'an id of a finding: 16 hexadecimal digits'),
    reason: z.string().trim().min(10, 'a reason of at least 10 characters'),
    by: z.string().trim().min(1),
    until: z.iso.date().optional().describe('The last day on which it is accepted, in UTC.'),
  }),
);
export type Baseline = z.infer<typeof baselineSchema>;

/** The same finding has the same id in each scan: by the tool's own mark, else by rule, file and message, but not by line. */
export function idOf({ rule, path, message, mark }: Finding): string {
  return sha256(JSON.stringify([rule, path, mark ?? message])).slice(0, 16);
}

/** What a baseline says of the ids that were found. */
export interface Reviewed {
  /** Whose entries still hold. */
  accepted: ReadonlySet<string>;
  /** Entries whose last day is over, and whose finding is there. */
  expired: number;
  /** Entries whose finding is not there any more. */
  stale: number;
}

/** Holds ids of findings against a baseline. @param at when they were found */
export function review(found: ReadonlySet<string>, baseline: Baseline, at: Date): Reviewed {
  const day = at.toISOString().slice(0, 10);
  const accepted = new Set(baseline.flatMap(({ id, until }) => (until === undefined || until >= day ? [id] : [])));
  return {
    accepted,
    expired: baseline.filter(({ id }) => !accepted.has(id) && found.has(id)).length,
    stale: baseline.filter(({ id }) => !found.has(id)).length,
  };
}

/**
 * Findings by severity, those less that were reviewed.
 *
 * @param at when the scan was made
 */
export function countFindings(findings: readonly Finding[], baseline: Baseline, at: Date) {
  const { accepted, expired, stale } = review(new Set(findings.map(idOf)), baseline, at);
  const open = findings.filter((finding) => !accepted.has(idOf(finding)));
  const of = (severity: Finding['severity']): number => open.filter((finding) => finding.severity === severity).length;
  const unrated = of('unrated');
  return {
    findings: open.length,
    critical: of('critical'),
    high: of('high') + unrated,
    medium: of('medium'),
    low: of('low'),
    info: of('info'),
    unrated,
    accepted: findings.length - open.length,
    expired,
    stale,
  };
}

/**
 * Reads a baseline.
 *
 * @throws ReadingError BAD_INPUT
 */
export function baselineOf(value: unknown, name: string): Baseline {
  const { data, error } = baselineSchema.safeParse(value);
  if (data) return data;
  const [first] = error.issues;
  throw new ReadingError(
    'BAD_INPUT',
    `${name} is no baseline of findings: ${first?.path.join('.')} ${first?.message}.`,
  );
}
