import type { z } from 'zod';
import type { Json } from '../../model/json.js';
import { counted } from '../../model/text/counted.js';
import { exactJson } from '../shared/json.js';
import { nodesAt, oneAt, uncountable } from '../shared/json-path.js';
import { ReadingError } from '../shared/reading.js';
import { textOf } from '../shared/text.js';
import type { Finding, Report } from './findings.js';
import { isLess, plantedAmong } from './planted.js';
import { SEVERITIES, type Severity } from './severities.js';
import { noReport, readSarif } from './sarif.js';
import type { reportField } from './security.scan.kind.js';

type How = z.infer<typeof reportField>;

/** A report with how much was scanned, where the report says it. */
export interface Scanned extends Report {
  scanned?: number;
}

/**
 * The findings of a scanner's report, and what proves that it looked at something.
 *
 * @param bytes the report as the scanner wrote it
 * @throws ReadingError EXPECTATION_FAILED for a report that shows no scan: empty, torn, of another format, of nothing scanned,
 *   or without the planted finding; BAD_INPUT for a JSONPath that is none
 */
export function readReport(bytes: Uint8Array, how: How): Scanned {
  const document = jsonOf(bytes);
  const report = how.format === 'sarif' ? readSarif(document) : readMapped(document, how);
  const { proof } = how;
  if ('canary' in proof) {
    const planted = plantedAmong(report.findings, proof);
    const by = proof.rule === undefined ? '' : ` by the rule ${proof.rule}`;
    if (planted === undefined) throw noReport(`does not find what was planted in ${proof.canary}${by}`);
    if ((planted.elsewhere ?? 0) > 0) {
      throw noReport(
        `tells what was planted in ${proof.canary} as one finding with ${counted(planted.elsewhere ?? 0, 'other place')}, which nobody would see: let \`path\` take each place, as $.nodes[*] does, or plant something that is found there alone`,
      );
    }
    if (isLess(planted, proof)) {
      throw noReport(
        `rates what was planted in ${proof.canary} as ${planted.severity}, and ${proof.severity} is asked for: a gate on that would see nothing of its kind; let the tool call such rules errors, or \`map\` its words`,
      );
    }
    return { ...report, findings: report.findings.filter((one) => one !== planted) };
  }
  const why = uncountable(document, proof.scanned);
  if (why !== undefined) throw noReport(`does not say how much was scanned: ${proof.scanned}: ${why}`);
  const scanned = countAt(document, proof.scanned);
  if (scanned < proof.atLeast) throw noReport(`says that ${scanned} were scanned, and ${proof.atLeast} must be`);
  return { ...report, scanned };
}

function jsonOf(bytes: Uint8Array): Json {
  const text = asReport(() => textOf(bytes, 'it'));
  if (text.trim() === '') throw noReport('is empty');
  return asReport(() => exactJson(text));
}

/** What cannot be read shows no scan. */
function asReport<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw noReport(`cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** How many values there are at a path; of one number, or one list, what it says or holds. */
function countAt(document: Json, path: string): number {
  const nodes = nodesAt(document, path);
  const [first] = nodes;
  if (nodes.length === 1 && typeof first === 'number') return first;
  if (nodes.length === 1 && Array.isArray(first)) return first.length;
  return nodes.length;
}

function readMapped(document: Json, how: Extract<How, { format: 'json' }>): Report {
  const why = uncountable(document, how.findings);
  if (why !== undefined) throw noReport(`holds no findings, not even none: ${how.findings}: ${why}`);
  const problems = how.problems === undefined ? [] : nodesAt(document, how.problems);
  return {
    findings: nodesAt(document, how.findings).flatMap((node) => mapped(node, how)),
    suppressed: 0,
    problems: problems.map((problem) => (typeof problem === 'string' ? problem : JSON.stringify(problem))),
  };
}

/** A finding of several places is one at each. */
function mapped(node: Json, how: Extract<How, { format: 'json' }>): Finding[] {
  const text = (path: string | undefined): string => (path === undefined ? '' : textIn(oneAt(node, path)));
  const line = how.line === undefined ? undefined : oneAt(node, how.line);
  const places = how.path === undefined ? [] : nodesAt(node, how.path).map(textIn);
  return (places.length === 0 ? [''] : places).map((path) => ({
    rule: text(how.rule) || 'unnamed',
    severity: severityOf(text(how.severity), how.map),
    path,
    elsewhere: leftOutBy(node, how.path),
    ...(typeof line === 'number' ? { line } : {}),
    message: text(how.message),
  }));
}

function textIn(value: Json | undefined): string {
  return value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
}

/** How many places of a finding a path leaves out that takes one of a list, as `$.nodes[0]` does. */
function leftOutBy(node: Json, path = ''): number {
  const list = path.replace(/\[\s*-?\d+\s*\]$/, '[*]');
  return list === path ? 0 : Math.max(0, nodesAt(node, list).length - 1);
}

/** By the runbook's own map, else by its name; what is neither is unrated. */
function severityOf(word: string, map: Readonly<Record<string, Severity>>): Finding['severity'] {
  if (Object.hasOwn(map, word)) return map[word] ?? 'unrated';
  return SEVERITIES.find((severity) => severity === word.toLowerCase()) ?? 'unrated';
}

/** Holds a report to what the tool could not look at. @throws ReadingError EXPECTATION_FAILED */
export function refuseProblems(problems: readonly string[], atMost: number): void {
  if (problems.length <= atMost) return;
  const [first = ''] = problems;
  throw new ReadingError(
    'EXPECTATION_FAILED',
    `The scan counts as not run: it tells of ${problems.length} problems, and at most ${atMost} may be; the first: ${first.slice(0, 200)}`,
  );
}
