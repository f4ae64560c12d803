import { anytime } from '../expression/anytime.js';
import { ratio, wilson } from '../expression/statistics.js';

const NEAR = 1e-9;
/** How the bounds of a share are called. */
const BOUNDS = { wilsonLower: 'Wilson 95 % lower', anytimeLower: 'lower for any number of looks' };

export type ShareStatistic = keyof typeof BOUNDS | 'ratio';

/** Which statistic of successes and n a value is, when it is one: only then "one more success" can be computed. */
export function statisticOf(
  value: number,
  { n, successes }: { n?: number; successes?: number },
): ShareStatistic | undefined {
  if (n === undefined || successes === undefined) return undefined;
  if (Math.abs(value - wilson(successes, n).lower) < NEAR) return 'wilsonLower';
  if (Math.abs(value - ratio(successes, n)) < NEAR) return 'ratio';
  return Math.abs(value - anytime(successes, n).lower) < NEAR ? 'anytimeLower' : undefined;
}

/** What a bound is called; undefined for what is none. */
export function boundName(statistic: ShareStatistic | undefined): string | undefined {
  return statistic === undefined || statistic === 'ratio' ? undefined : BOUNDS[statistic];
}
