import { stringify } from 'csv-stringify/sync';
import type { EvidenceRef } from '../../model/evidence/manifest.js';
import { largest } from '../../model/largest.js';
import type { StepEvidence } from '../../activities/step/step.js';
import type { Case } from './manifest.js';
import { type CaseResult, metricsOf } from './metrics.js';
import { VERDICT_CLASSES } from './verdict-class.js';

const csv = (rows: (string | number)[][]): string => stringify(rows, { escape_formulas: true });

/** Writes what a run leaves besides its results; `complete` is false when it was stopped. */
export async function writeLeaves(
  evidence: StepEvidence,
  cases: readonly Case[],
  results: readonly CaseResult[],
  complete: boolean,
): Promise<EvidenceRef[]> {
  const metrics = metricsOf(cases, results);
  const failed = results.filter((result) => result.verdict !== result.expected);
  const limited = results.filter((result) => result.retries429 > 0 || result.exhausted429);
  const rates = {
    complete,
    cases: cases.length,
    casesLimited: limited.length,
    retries429: metrics.retries429,
    exhausted429: metrics.exhausted429,
    mostRetriesOfACase: largest(results.map((result) => result.retries429)) ?? 0,
    limited: limited.map(({ id, retries429, exhausted429, ms }) => ({ id, retries429, exhausted429, ms })),
  };
  return [
    await evidence.write('metrics.json', json({ complete, ...metrics })),
    await evidence.write(
      'confusion_matrix.csv',
      csv([
        ['expected \\ got', ...VERDICT_CLASSES],
        ...VERDICT_CLASSES.map((expected) => [
          expected,
          ...VERDICT_CLASSES.map((got) => metrics.confusion[`${expected}>${got}`] ?? 0),
        ]),
      ]),
    ),
    await evidence.write(
      'failed_cases.csv',
      csv([
        ['id', 'scenario', 'expected', 'got', 'status', 'retries429', 'issues', 'error', 'at'],
        ...failed.map((r) => [
          r.id,
          r.scenario,
          r.expected,
          r.verdict ?? 'not comparable',
          r.status,
          r.retries429,
          r.issues.join(' '),
          r.error ?? '',
          r.at,
        ]),
      ]),
    ),
    await evidence.write('rate_limit_stats.json', json(rates)),
  ];
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
