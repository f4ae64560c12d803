import { anytime } from './anytime.js';

/** The 97.5 % point of the standard normal distribution: a two-sided 95 % interval. */
const Z = 1.959963984540054;

/**
 * Wilson's score interval, 95 %, without continuity correction, of the proportion `successes / n`.
 * E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209–212; method 3 of R. G. Newcombe, Stat. Med. 17 (1998) 857–872.
 *
 * @param successes whole or fractional count, 0 … n
 * @param n number of trials
 * @returns bounds between 0 and 1; NaN when n is 0 or the counts make no sense, so that no data is never good news
 */
export function wilson(successes: number, n: number): { lower: number; upper: number } {
  if (!Number.isFinite(n) || !(n > 0) || !(successes >= 0) || successes > n) {
    return { lower: Number.NaN, upper: Number.NaN };
  }
  const z2 = Z * Z;
  const centre = 2 * successes + z2;
  const spread = Z * Math.sqrt(z2 + (4 * successes * (n - successes)) / n);
  const scale = 2 * (n + z2);
  return {
    lower: successes === 0 ? 0 : Math.max(0, (centre - spread) / scale),
    upper: successes === n ? 1 : Math.min(1, (centre + spread) / scale),
  };
}

/** `a / b`; NaN when b is 0, since a share of nothing says nothing. */
export function ratio(a: number, b: number): number {
  return b === 0 ? Number.NaN : a / b;
}

const METRICS = {
  wilsonLower: (successes: number, n: number) => wilson(successes, n).lower,
  anytimeLower: (successes: number, n: number) => anytime(successes, n).lower,
  ratio,
};

/**
 * The least number of successes in n trials that passes a limit.
 *
 * @param n number of trials
 * @param op whether the threshold itself passes
 * @param threshold limit of the metric, 0 … 1
 * @param metric what is compared: Wilson's lower bound, the one for many looks, or the plain ratio
 * @returns a count ≤ n, or undefined when even n of n does not pass
 */
export function successesNeeded(
  n: number,
  op: 'atLeast' | 'above',
  threshold: number,
  metric: keyof typeof METRICS = 'wilsonLower',
): number | undefined {
  if (!Number.isInteger(n) || n <= 0) return undefined;
  const passes = (successes: number) => {
    const value = METRICS[metric](successes, n);
    return op === 'above' ? value > threshold : value >= threshold;
  };
  if (!passes(n)) return undefined;
  let [fails, holds] = [-1, n];
  while (holds - fails > 1) {
    const middle = Math.floor((fails + holds) / 2);
    if (passes(middle)) holds = middle;
    else fails = middle;
  }
  return holds;
}

/**
 * Share of keys on which two maps say the same. A key that only one of them has counts as disagreement:
 * a case that was not answered was not answered alike.
 *
 * @param a verdict by case, first run
 * @param b verdict by case, second run
 * @returns 0 … 1, NaN when neither has a key
 */
export function agreement(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): number {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  let same = 0;
  for (const key of keys) {
    if (Object.hasOwn(a, key) && Object.hasOwn(b, key) && a[key] === b[key]) same += 1;
  }
  return ratio(same, keys.size);
}

/**
 * Quantile by linear interpolation, R's type 7: R. J. Hyndman and Y. Fan, Am. Stat. 50 (1996) 361–365.
 *
 * @param values in any order
 * @param p 0 … 1, e.g. 0.95
 * @returns NaN for an empty list, a value that is not finite, or p outside 0 … 1
 */
export function percentile(values: readonly number[], p: number): number {
  if (values.length === 0 || !(p >= 0 && p <= 1) || !values.every(Number.isFinite)) return Number.NaN;
  const sorted = values.toSorted((x, y) => x - y);
  return quantile(sorted.length, (rank) => sorted[rank] ?? Number.NaN, p);
}

/**
 * The same of values that are in order elsewhere.
 *
 * @param n how many there are, at least 1
 * @param at the value of a rank, from 0 for the smallest
 */
export function quantile(n: number, at: (rank: number) => number, p: number): number {
  const position = (n - 1) * p;
  const below = Math.floor(position);
  const low = at(below);
  const high = at(Math.min(below + 1, n - 1));
  return low + (position - below) * (high - low);
}

/**
 * Which of n ordered values is, with 95 % confidence and whatever the distribution, no less than its quantile p: the
 * least rank k with P(Bin(n, p) ≤ k − 1) ≥ 0.95. G. J. Hahn and W. Q. Meeker, Statistical Intervals (1991), section 5.2.
 * For p = 0.99 it takes 299 values, the largest of which it then is.
 *
 * @param n how many values, each drawn by itself
 * @param p 0 < p < 1
 * @returns a rank from 1 to n; undefined where so few values bound nothing
 */
export function upperRank(n: number, p: number): number | undefined {
  if (!Number.isInteger(n) || n <= 0 || !(p > 0 && p < 1)) return undefined;
  const above = 1 - p;
  // Of the j largest values: P(Bin(n, 1 − p) ≤ j − 1) ≤ 0.05, summed as logarithms, for (1 − p)^n is soon no double.
  let term = n * Math.log(p);
  let below = term;
  let largest = 0;
  while (largest < n && below <= Math.log(0.05)) {
    largest += 1;
    term += Math.log((n - largest + 1) / largest) + Math.log(above / p);
    below = Math.max(below, term) + Math.log1p(Math.exp(-Math.abs(below - term)));
  }
  return largest === 0 ? undefined : n - largest + 1;
}
