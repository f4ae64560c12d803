import { describe, expect, test } from '@jest/globals';
import {
  agreement,
  percentile,
  ratio,
  successesNeeded,
  upperRank,
  wilson,
} from '../../../model/expression/statistics.js';

describe('Wilson interval against published values', () => {
  // Newcombe, Stat. Med. 17 (1998) 857–872, table I, method 3; then the two values of the LCopilot requirement.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%i of %i: %f to %f', (successes, n, lower, upper) => {
    expect(wilson(successes, n).lower).toBeCloseTo(lower, 4);
    expect(wilson(successes, n).upper).toBeCloseTo(upper, 4);
  });
  test.each([
    [17, 20, 0.64],
    [16, 20, 0.584],
  ])('%i of %i has the lower bound %f', (successes, n, lower) => {
    expect(wilson(successes, n).lower).toBeCloseTo(lower, 3);
  });
  test.each([
    [0, 0],
    [5, 4],
    [-1, 4],
    [Number.NaN, 4],
    [1, Number.POSITIVE_INFINITY],
  ])('%f of %f is not a number', (successes, n) => {
    expect(wilson(successes, n).lower).toBeNaN();
    expect(wilson(successes, n).upper).toBeNaN();
  });
  test('the interval ends exactly at 0 and 1', () => {
    expect(wilson(0, 20).lower).toBe(0);
    expect(wilson(20, 20).upper).toBe(1);
  });
});

describe('successesNeeded', () => {
  test.each([
    [20, 'above', 0.6, 'wilsonLower', 17],
    [90, 'atLeast', 0.55, 'wilsonLower', 59],
    [20, 'atLeast', 0.7, 'ratio', 14],
    [20, 'above', 0.7, 'ratio', 15],
    [3, 'above', 0.6, 'wilsonLower', undefined],
    [0, 'above', 0.6, 'ratio', undefined],
  ] as const)('%i trials, %s %f by %s: %s', (n, op, threshold, metric, expected) => {
    expect(successesNeeded(n, op, threshold, metric)).toBe(expected);
  });
  test('is the least by exhaustion', () => {
    for (const n of [1, 2, 7, 20, 90]) {
      for (const threshold of [0, 0.3, 0.55, 0.9]) {
        const least = Array.from({ length: n + 1 }, (_, k) => k).find((k) => wilson(k, n).lower > threshold);
        expect(successesNeeded(n, 'above', threshold)).toBe(least);
      }
    }
  });
});

test('agreement counts a missing key as disagreement', () => {
  expect(agreement({ a: 'pass', b: 'warn' }, { a: 'pass', b: 'warn' })).toBe(1);
  expect(agreement({ a: 'pass', b: 'warn' }, { a: 'pass', b: 'reject' })).toBe(0.5);
  expect(agreement({ a: 'pass', b: 'warn' }, { a: 'pass' })).toBe(0.5);
  expect(agreement({ a: 'pass' }, { a: 'pass', b: 'warn', c: 'x' })).toBeCloseTo(1 / 3);
  expect(agreement({}, {})).toBeNaN();
  expect(agreement({ toString: 'x' }, {})).toBe(0);
});

test('none of n is at least 0 exactly, all of n at most 1 exactly, and both bounds hold the share', () => {
  for (let n = 1; n <= 500; n += 1) {
    expect(wilson(0, n).lower).toBe(0);
    expect(wilson(n, n).upper).toBe(1);
    expect(wilson(0, n).upper).toBeGreaterThan(0);
    expect(wilson(n, n).lower).toBeLessThan(1);
  }
});

test('percentile is R type 7', () => {
  // quantile(c(1,2,3,4,10), c(0, .25, .5, .9, 1)) in R: 1 2 3 7.6 10
  const values = [10, 3, 1, 4, 2];
  expect([0, 0.25, 0.5, 0.9, 1].map((p) => percentile(values, p))).toEqual([1, 2, 3, expect.closeTo(7.6, 10), 10]);
  expect(values).toEqual([10, 3, 1, 4, 2]);
  expect(percentile([], 0.5)).toBeNaN();
  expect(percentile([1, Number.NaN], 0.5)).toBeNaN();
  for (const p of [95, -1, -0.01, 1.01, Number.NaN]) expect(percentile([1, 2, 3], p)).toBeNaN();
});

test('a share of nothing is not a number', () => {
  expect(ratio(0, 0)).toBeNaN();
  expect(ratio(3, 0)).toBeNaN();
  expect(ratio(3, 4)).toBe(0.75);
});

describe('the rank that bounds a quantile from above, 95 % sure', () => {
  // Sample sizes at which the r-th largest first does: Hahn and Meeker, Statistical Intervals (1991), tables of section 5.2,
  // as published since S. S. Wilks (1941): 0.99: 299, 473, 628, 773, 913; 0.95: 59, 93, 124, 153.
  test.each([
    [0.99, [299, 473, 628, 773, 913]],
    [0.95, [59, 93, 124, 153]],
  ])('%f', (p, sizes) => {
    for (const [index, n] of sizes.entries()) {
      expect(upperRank(n, p)).toBe(n - index);
      expect(upperRank(n - 1, p)).toBe(index === 0 ? undefined : n - index);
    }
  });

  test('many values are summed without losing the small terms', () => {
    // 200,000 values: the normal approximation of Bin(n, 0.01) puts it 1.645 standard deviations (44.5) above 2,000.
    expect(200_000 - (upperRank(200_000, 0.99) ?? 0)).toBeGreaterThan(1920);
    expect(200_000 - (upperRank(200_000, 0.99) ?? 0)).toBeLessThan(1932);
    expect(upperRank(0, 0.99)).toBeUndefined();
    expect(upperRank(10.5, 0.5)).toBeUndefined();
    expect(upperRank(100, 1)).toBeUndefined();
  });
});
