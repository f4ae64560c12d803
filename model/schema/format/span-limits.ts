import { formatDuration } from '../../duration.js';

/** Least and most of a duration, in milliseconds. */
interface SpanLimits {
  least: number;
  most?: number;
}

const MS = { second: 1000, minute: 60_000, day: 86_400_000 };

/**
 * What durations of a runbook may be, by their names; a name that several things have stands behind what it is of. What
 * is not here may be anything that is a duration.
 */
const LIMITS = {
  'window.every': { least: 100 },
  'until.within': { least: 1 },
  timeout: { least: 1 },
  expires: { least: MS.second },
  catchUp: { least: 10 * MS.second, most: 10 * MS.minute },
  validFor: { least: MS.minute },
  atMost: { least: MS.second, most: 30 * MS.day },
} satisfies Record<string, SpanLimits>;

export type LimitedSpan = keyof typeof LIMITS;

/** Whether a duration has limits. */
export function isLimited(name: string): name is LimitedSpan {
  return Object.hasOwn(LIMITS, name);
}

/** Why a duration cannot be that long, as a clause; undefined when it can. */
export function spanProblem(name: LimitedSpan, ms: number): string | undefined {
  const { least, most }: SpanLimits = LIMITS[name];
  if (ms < least) return `${formatDuration(ms)} is too short: ${formatDuration(least)} is the least`;
  if (most !== undefined && ms > most) return `${formatDuration(ms)} is too long: ${formatDuration(most)} is the most`;
  return undefined;
}
