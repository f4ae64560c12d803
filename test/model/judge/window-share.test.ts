import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../model/json.js';
import type { WindowPlan } from '../../../model/plan/plan.js';
import type { SharePlan } from '../../../model/plan/share-plan.js';
import { emptyTally, endOf, tallied, type WindowEnd } from '../../../model/judge/window.js';
import { randomFrom } from '../../kits/random-from.js';
import { type Counted, seenIn, shareBounds, shareShown } from '../../../model/judge/window-share.js';

const share = (op: 'atMost' | 'atLeast', threshold: number, counts: SharePlan['counts'] = 'each'): SharePlan => ({
  part: 'it.errors',
  whole: 'it.requests',
  counts,
  limit: { op, threshold },
});
const each = share('atMost', 0.02);
const total = share('atMost', 0.02, 'total');

describe('what a sample counts', () => {
  test.each<[string, SharePlan, JsonObject, Counted | undefined, object]>([
    ['what it says', each, { errors: 1, requests: 9 }, undefined, { counted: { part: 1, whole: 9 } }],
    ['nothing of nothing', each, { errors: 0, requests: 0 }, undefined, { counted: { part: 0, whole: 0 } }],
    [
      'parts, as a rate over time has them',
      each,
      { errors: 0.4, requests: 9.8 },
      undefined,
      { counted: { part: 0.4, whole: 9.8 } },
    ],
    [
      'nothing at the first look at what only grows: before it was another time',
      total,
      { errors: 5, requests: 900 },
      undefined,
      { counted: { part: 0, whole: 0 }, totals: { part: 5, whole: 900 } },
    ],
    [
      'what came since the look before',
      total,
      { errors: 7, requests: 950 },
      { part: 5, whole: 900 },
      { counted: { part: 2, whole: 50 }, totals: { part: 7, whole: 950 } },
    ],
  ])('is %s', (_, plan, outputs, before, seen) => {
    expect(seenIn(plan, { ...outputs }, before)).toEqual(seen);
  });

  test.each<[string, SharePlan, JsonObject, Counted | undefined, RegExp]>([
    ['a figure that is not there', each, { requests: 9 }, undefined, /^it\.errors is not known/],
    ['no number', each, { errors: '1', requests: 9 }, undefined, /^it\.errors is a string, and not a count\.$/],
    ['null', each, { errors: null, requests: 9 }, undefined, /^it\.errors is null/],
    ['NaN', each, { errors: 0, requests: Number.NaN }, undefined, /^it\.requests is NaN/],
    ['no end', each, { errors: 0, requests: Number.POSITIVE_INFINITY }, undefined, /^it\.requests is Infinity/],
    ['less than none', each, { errors: -1, requests: 9 }, undefined, /^it\.errors is -1/],
    ['more than all', each, { errors: 10, requests: 9 }, undefined, /^10 of 9 makes no sense\.$/],
    ['a counter that went down', total, { errors: 0, requests: 4 }, { part: 5, whole: 900 }, /from 5 of 900 to 0 of 4/],
    [
      'more errors than requests came',
      total,
      { errors: 9, requests: 901 },
      { part: 5, whole: 900 },
      /^4 of 1 makes no sense/,
    ],
  ])('is not known of %s', (_, plan, outputs, before, why) => {
    const seen = seenIn(plan, { ...outputs }, before);
    expect(seen.why).toMatch(why);
    expect(seen.counted).toBeUndefined();
  });
});

describe('a share', () => {
  test('of nothing may be any', () => {
    expect(shareBounds({ part: 0, whole: 0 })).toEqual({ lower: 0, upper: 1 });
    expect(shareShown(each, { part: 0, whole: 0 })).toBeUndefined();
  });
  test.each<[SharePlan, number, number, string | undefined]>([
    [share('atMost', 0.02), 0, 1000, 'inside'],
    [share('atMost', 0.02), 0, 100, undefined],
    [share('atMost', 0.02), 100, 1000, 'outside'],
    [share('atLeast', 0.98), 1000, 1000, 'inside'],
    [share('atLeast', 0.98), 100, 100, undefined],
    [share('atLeast', 0.98), 900, 1000, 'outside'],
  ])('%j after %d of %d is shown %s', (plan, part, whole, shown) => {
    expect(shareShown(plan, { part, whole })).toBe(shown);
  });
});

/** Of so many canaries whose true share is at its limit, how many end with each answer; each looks as often as it may. */
const SEED = Number(process.env.GOLIVE_SEED ?? Date.now() % 1_000_000);
const RUNS = 1000;
const LOOKS = 200;

test.each<['atMost' | 'atLeast', number]>([
  ['atMost', 0.1],
  ['atLeast', 0.9],
])('at a true share equal to its limit (%s %d), neither a GO nor a NO is wrong more often than 2.5 %%', (op, limit) => {
  const next = randomFrom(SEED);
  const plan: WindowPlan = {
    everyMs: 1,
    withinMs: LOOKS,
    lateMs: 1,
    green: 'true',
    maxRed: 0,
    share: share(op, limit),
  };
  const ends: Record<WindowEnd, number> = { guard: 0, 'out-of-reach': 0, reached: 0, 'time-over': 0 };
  for (let run = 0; run < RUNS; run += 1) {
    let tally = emptyTally();
    let end: WindowEnd | undefined;
    while (end === undefined) {
      // A few requests between two looks, now and then none.
      const whole = Math.floor(next() * 4);
      let part = 0;
      for (let n = 0; n < whole; n += 1) if (next() < limit) part += 1;
      tally = tallied(tally, 'green', { counted: { part, whole } });
      end = endOf(plan, tally);
    }
    ends[end] += 1;
  }
  console.log(`GOLIVE_SEED=${SEED}: of ${RUNS} with ${op} ${limit}, ${JSON.stringify(ends)}`);
  expect(ends.reached / RUNS).toBeLessThanOrEqual(0.025);
  expect(ends['out-of-reach'] / RUNS).toBeLessThanOrEqual(0.025);
  // And they do find out: what is far from its limit ends early.
  expect(ends['time-over']).toBeGreaterThan(0);
});
