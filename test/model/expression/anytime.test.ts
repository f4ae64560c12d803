import { describe, expect, test } from '@jest/globals';
import { anytime, isOutside, logEvidence, logGamma } from '../../../model/expression/anytime.js';
import { wilson } from '../../../model/expression/statistics.js';

const SEED = Number(process.env.GOLIVE_SEED ?? 20_261_126);
const RUNS = process.env.GOLIVE_ALL ? 20_000 : 1000;
const LOOKS = 300;

/** Numbers from 0 to 1 (mulberry32), the same for the same seed. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const choose = (n: number, k: number): number => Math.exp(logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1));

describe('the gamma function', () => {
  test.each([
    [0.5, Math.log(Math.sqrt(Math.PI))],
    [1, 0],
    [2, 0],
    [5, Math.log(24)],
    [10.5, 13.940625219403763],
    [101, 363.73937555556347],
  ])('log Γ(%d) is as published', (x, value) => {
    expect(logGamma(x)).toBeCloseTo(value, 10);
  });
});

describe('bounds for many looks', () => {
  test.each([0.05, 0.5, 0.9, 0.99])(
    'where the share is %d, the evidence against it is 1 on average after any number',
    (p) => {
      for (const n of [1, 2, 7, 30, 100]) {
        let mean = 0;
        for (let s = 0; s <= n; s += 1)
          mean += choose(n, s) * p ** s * (1 - p) ** (n - s) * Math.exp(logEvidence(p, s, n - s));
        expect(mean).toBeCloseTo(1, 9);
      }
    },
  );

  test.each([
    [0, 0],
    [3, 2],
    [-1, 5],
    [1, Number.NaN],
    [1, Number.POSITIVE_INFINITY],
  ])('of %d in %d nothing is known', (s, n) => {
    expect(anytime(s, n)).toEqual({ lower: Number.NaN, upper: Number.NaN });
  });

  test('the evidence is as strong at a bound as it must be, and they are wider than those for one look', () => {
    for (const [s, n] of [
      [17, 20],
      [95, 100],
      [990, 1000],
      [1, 40],
      [20, 20],
      [0, 20],
    ] as const) {
      const { lower, upper } = anytime(s, n);
      const one = wilson(s, n);
      expect([lower <= one.lower, upper >= one.upper]).toEqual([true, true]);
      if (s > 0) expect(logEvidence(lower, s, n - s)).toBeCloseTo(Math.log(40), 6);
      if (s < n) expect(logEvidence(upper, s, n - s)).toBeCloseTo(Math.log(40), 6);
    }
    expect(anytime(20, 20).upper).toBe(1);
    expect(anytime(0, 20).lower).toBe(0);
  });

  test('a bound is above a limit where the evidence against the limit is strong', () => {
    for (let s = 30; s <= 40; s += 1)
      expect(anytime(s, 40).lower > 0.7).toBe(s / 40 > 0.7 && logEvidence(0.7, s, 40 - s) > Math.log(40));
  });

  test('what lies outside of them is told without them', () => {
    expect(isOutside(0.5, 0, 0)).toBe(false);
    for (const [s, n] of [
      [0, 20],
      [20, 20],
      [33, 40],
    ] as const) {
      const { lower, upper } = anytime(s, n);
      for (const p of [0, 0.01, 0.2, 0.5, 0.8, 0.99, 1])
        expect([p, isOutside(p, s, n)]).toEqual([p, p < lower || p > upper]);
    }
  });

  test('they close in on the share', () => {
    const widths = [10, 100, 1000, 100_000].map((n) => {
      const { lower, upper } = anytime(0.9 * n, n);
      expect(lower < 0.9 && upper > 0.9).toBe(true);
      return upper - lower;
    });
    expect(widths).toEqual(widths.toSorted((a, b) => b - a));
    expect(widths.at(-1)).toBeLessThan(0.01);
  });

  test('one that looks after every trial, and stops at the first good look, is wrong in 2.5 % at most', () => {
    const limit = 0.9;
    const next = random(SEED);
    const wrong = { anytime: 0, wilson: 0 };
    for (let run = 0; run < RUNS; run += 1) {
      let s = 0;
      const said = { anytime: false, wilson: false };
      for (let n = 1; n <= LOOKS; n += 1) {
        if (next() < limit) s += 1;
        if (s / n <= limit) continue;
        said.wilson ||= wilson(s, n).lower > limit;
        // The bound is above the limit where the evidence against the limit is as strong as it must be: that is asked, it is quicker.
        said.anytime ||= logEvidence(limit, s, n - s) >= Math.log(40);
      }
      for (const name of ['anytime', 'wilson'] as const) if (said[name]) wrong[name] += 1;
    }
    const share = (count: number): number => count / RUNS;
    console.log(`GOLIVE_SEED=${SEED}: of ${RUNS}, wrong ${wrong.anytime} for many looks, ${wrong.wilson} for one`);
    expect(share(wrong.anytime)).toBeLessThanOrEqual(0.025);
    // Those for one look are wrong far more often when one looks again and again: that is why there are others.
    expect(share(wrong.wilson)).toBeGreaterThan(0.1);
  });
});
