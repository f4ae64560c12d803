import type { casesRun as kind } from './cases.run.kind.js';
import { type CaseResult, metricsOf } from './metrics.js';
import { readResults } from './results.js';
import { refuseUnreadable } from '../shared/reading.js';
import type { Expected } from './verdict-class.js';
import type { RecomputeOf } from '../shared/recompute-of.js';

/** Above so many cases the verdicts by id stay in the evidence: a result must be small. */
const MOST_VERDICTS = 200;

/** The outputs of a run over these cases with these results. */
export function outputsOf(cases: readonly Expected[], results: readonly CaseResult[]) {
  const metrics = metricsOf(cases, results);
  const verdicts = Object.fromEntries(results.map(({ id, verdict }) => [id, verdict ?? 'none']));
  const unreadable = results.length - metrics.comparable;
  const account = { looked: metrics.comparable, unreadable, leftOut: metrics.total - results.length };
  const credentials = results.reduce((sum, result) => sum + (result.credentials ?? 0), 0);
  return { ...account, ...metrics, credentials, ...(metrics.total <= MOST_VERDICTS ? { verdicts } : {}) };
}

/** Every case has its line when the step is done, with what the oracle expects of it. */
export const recomputeCasesRun: RecomputeOf<typeof kind> = (_input, read) => {
  const bytes = read('results.jsonl');
  if (bytes === undefined) return undefined;
  const { results, account } = readResults(bytes);
  refuseUnreadable(account, { atMost: 0 }, 'lines of results.jsonl');
  return outputsOf(results, results);
};
