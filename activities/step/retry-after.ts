/** Longest that is waited for whoever asks to be left alone; who asks for more is not asked again. */
export const LONGEST_WAIT_MS = 15 * 60_000;

/** Longest wait that is told: beyond it nobody counts, and no date reaches. */
const LONGEST_TOLD_MS = 3650 * 24 * 60 * 60_000;

/**
 * How long so many seconds are, in whole milliseconds; undefined for none and for a time that is over: who is asked for
 * no pause takes its own.
 */
export function waitOf(seconds: number): number | undefined {
  return seconds > 0 ? Math.min(Math.ceil(seconds * 1000), LONGEST_TOLD_MS) : undefined;
}

/**
 * How long an answer asks to wait, by `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3).
 *
 * @param headers names in lower case
 * @returns undefined where it does not ask, not for a time to come, or not in a way that can be read
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, now: Date): number | undefined {
  const value = headers['retry-after']?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(value)) return waitOf(Number(value));
  if (!/^[A-Za-z]{3,9},? /.test(value)) return undefined;
  const until = Date.parse(value);
  if (Number.isNaN(until)) return undefined;
  // The date is by the sender's clock where it says what that shows.
  const theirs = Date.parse(headers['date'] ?? '');
  return waitOf((until - (Number.isNaN(theirs) ? now.getTime() : theirs)) / 1000);
}
