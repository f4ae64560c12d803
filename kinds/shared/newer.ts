import { z } from 'zod';
import { ReadingError } from './reading.js';
import { zonedTime } from './times.js';

/** The field of every kind that reads what a run of something else left. */
export const newerThan = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .describe(
    'ISO 8601 with a zone, such as `${{ run.started }}` or when a step before began: what is older was left by an earlier run, and the step fails.',
  );

/**
 * Refuses what an earlier run left.
 *
 * @param what how it is told: `The report out/lcov.info`
 * @param written in milliseconds since 1970
 * @throws ReadingError BAD_INPUT for a bound that is no time, CHECK_FAILED
 */
export function refuseOlder(what: string, written: number, bound: string | undefined): void {
  if (bound === undefined) return;
  const read = zonedTime(bound);
  if ('problem' in read) throw new ReadingError('BAD_INPUT', `newerThan ${read.problem}.`);
  if (written >= read.ms) return;
  const [then, least] = [new Date(written).toISOString(), new Date(read.ms).toISOString()];
  throw new ReadingError('CHECK_FAILED', `${what} is of ${then}, before ${least}: an earlier run left it.`);
}
