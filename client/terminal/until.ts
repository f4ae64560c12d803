import { parseDuration } from '../../model/duration.js';
import { CliError } from '../errors.js';

/** ISO 8601 with date, time and zone; anything less would be read in the zone of this computer. */
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * The end of a waiver.
 * @param text a duration from now (`8h`) or an ISO 8601 time with zone
 * @param nowMs milliseconds since 1970
 * @returns ISO 8601, UTC
 * @throws CliError (exit 2) when it is neither, or not in the future
 */
export function untilOf(text: string, nowMs: number): string {
  const span = parseDuration(text);
  const at = span === undefined ? (ISO.test(text) ? Date.parse(text) : Number.NaN) : nowMs + span;
  if (Number.isNaN(at) || at > 8.64e15) {
    throw new CliError(`'${text}' is not a time.`, {
      exitCode: 2,
      hint: 'Give a duration from now (8h, 7d) or a time like 2026-11-22T18:00:00Z.',
    });
  }
  if (at <= nowMs)
    throw new CliError(`'${text}' is not in the future.`, {
      exitCode: 2,
      hint: 'A waiver needs an end that is still to come.',
    });
  return new Date(at).toISOString();
}
