const UNIT_MS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
type Unit = keyof typeof UNIT_MS;

/** One or more parts from large to small, each a number with its unit: `500ms`, `2.5s`, `1h30m`, `7d`. */
export const DURATION_PATTERN =
  /^(?=\d)(\d+(?:\.\d+)?d)?(\d+(?:\.\d+)?h)?(\d+(?:\.\d+)?m)?(\d+(?:\.\d+)?s)?(\d+(?:\.\d+)?ms)?$/;

/**
 * Reads a duration as people write it.
 *
 * @param text parts from large to small without spaces, e.g. `1h30m`
 * @returns whole milliseconds, or undefined when the text is no duration
 */
export function parseDuration(text: string): number | undefined {
  if (text.length > 40 || !DURATION_PATTERN.test(text)) return undefined;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)) {
    total += Number(count) * UNIT_MS[unit as Unit];
  }
  return Number.isSafeInteger(Math.round(total)) ? Math.round(total) : undefined;
}

/**
 * The shortest exact text of a duration, the inverse of `parseDuration`.
 *
 * @param ms milliseconds; fractions are rounded, negative values keep their sign
 */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return String(ms);
  let rest = Math.round(Math.abs(ms));
  if (rest === 0) return '0s';
  const sign = ms < 0 ? '-' : '';
  if (rest < 60_000 && rest >= 1000) return `${sign}${rest / 1000}s`;
  let text = '';
  for (const [unit, size] of Object.entries(UNIT_MS)) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return sign + text;
}

/**
 * A measured duration as people read it: from one minute on in whole seconds, `1m11s` of 70,950 ms. What is exact, and what is
 * judged, is written by `formatDuration`.
 */
export function tookText(ms: number): string {
  return formatDuration(Math.abs(ms) < 60_000 ? ms : Math.round(ms / 1000) * 1000);
}

/** Hours, minutes and seconds, e.g. `0:41:07` of 2,467,000 ms; never negative. */
export function formatClock(ms: number): string {
  const seconds = Number.isFinite(ms) ? Math.max(0, Math.round(ms / 1000)) : 0;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
