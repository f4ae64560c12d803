import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { casesRun as kind } from './cases.run.kind.js';
import { type CaseResult, metricsOf } from './metrics.js';
import { type BatchRow, rowOf } from './batch-row.js';
import type { BatchFields } from './batch-fields.js';
import { readResults } from './results.js';
import { ReadingError, refuseUnreadable } from '../shared/reading.js';
import type { Expected } from './verdict-class.js';
import type { RecomputeOf } from '../shared/recompute-of.js';

type Runner = z.infer<(typeof kind)['input']>['runner'];

/** Above so many cases the verdicts by id stay in the evidence: a result must be small. */
const MOST_VERDICTS = 200;

/** The outputs of a run over these cases with these results. */
export function outputsOf(cases: readonly Expected[], results: readonly CaseResult[], runner: Runner = 'golive') {
  const metrics = metricsOf(cases, results);
  const verdicts = Object.fromEntries(results.map(({ id, verdict }) => [id, verdict ?? 'none']));
  const unreadable = results.length - metrics.comparable;
  const account = { looked: metrics.comparable, unreadable, leftOut: metrics.total - results.length };
  const credentials = results.reduce((sum, result) => sum + (result.credentials ?? 0), 0);
  return {
    ...account,
    ...metrics,
    credentials,
    ...(metrics.total <= MOST_VERDICTS ? { verdicts } : {}),
    ...(runner === 'golive' ? {} : { runner: runner.argv[0] ?? '' }),
  };
}

/**
 * Every case has its line when the step is done, with what the oracle expects of it. A line of the team's own script is
 * read again.
 */
export const recomputeCasesRun: RecomputeOf<typeof kind> = ({ runner }, read) => {
  const bytes = read('results.jsonl');
  if (bytes === undefined) return undefined;
  const { results, account } = readResults(bytes);
  refuseUnreadable(account, { atMost: 0 }, 'lines of results.jsonl');
  if (runner !== 'golive') readAgain(results, runner);
  return outputsOf(results, results, runner);
};

function readAgain(results: readonly CaseResult[], how: BatchFields): void {
  const known = new Map(results.map(({ id, scenario, expected }) => [id, { id, scenario, expected }]));
  for (const result of results) {
    const again = rowOf(result.raw ?? '', known, how);
    const row = typeof again === 'object' && 'row' in again ? again.row : undefined;
    const judged = { ...pick(result), untold: result.untold ?? [] };
    if (row && isDeepStrictEqual({ ...pick(row), untold: row.untold ?? [] }, judged)) continue;
    throw new ReadingError(
      'CHECK_FAILED',
      `The line of the script for ${result.id} says otherwise than what was made of it.`,
    );
  }
}

function pick({ id, verdict, status, retries429, exhausted429, stub, sha256 }: BatchRow) {
  return { id, verdict, status, retries429, exhausted429, stub, sha256 };
}
