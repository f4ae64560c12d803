/** Longest that is waited for whoever asks to be left alone; who asks for more is not asked again. */
export const LONGEST_WAIT_MS = 15 * 60_000;

/**
 * How long an answer asks to wait, by `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3).
 *
 * @param headers names in lower case
 * @returns undefined where it does not ask, or not in a way that can be read
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, now: Date): number | undefined {
  const value = headers['retry-after']?.trim() ?? '';
  if (/^\d{1,9}(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  if (!/^[A-Za-z]{3,9},? /.test(value)) return undefined;
  const until = Date.parse(value);
  if (Number.isNaN(until)) return undefined;
  // The date is by the sender's clock where it says what that shows.
  const theirs = Date.parse(headers['date'] ?? '');
  return Math.max(0, until - (Number.isNaN(theirs) ? now.getTime() : theirs));
}
