import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatClock, formatDuration, parseDuration, tookText } from '../../model/duration.js';

describe('parseDuration', () => {
  test.each([
    ['500ms', 500],
    ['3s', 3000],
    ['2.5s', 2500],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['1h30m', 5_400_000],
    ['7d', 604_800_000],
    ['1d2h3m4s5ms', 93_784_005],
    ['0s', 0],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
  test.each(['', '3', 's', '3 s', '-3s', '30m1h', '3S', '1.s', '3sec', '1e3s', '9'.repeat(30) + 'd', '3s3s'])(
    "'%s' is none",
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

test.each([
  [0, '0s'],
  [500, '500ms'],
  [2500, '2.5s'],
  [3000, '3s'],
  [90_000, '1m30s'],
  [5_400_000, '1h30m'],
  [604_800_000, '7d'],
  [61_500, '1m1s500ms'],
  [-3000, '-3s'],
])('%i ms is written %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test('formatting and parsing are inverse', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40 * 86_400_000 }), (ms) => {
      expect(parseDuration(formatDuration(ms))).toBe(ms);
    }),
  );
});

test.each([
  [2_467_000, '0:41:07'],
  [0, '0:00:00'],
  [-5, '0:00:00'],
  [Number.NaN, '0:00:00'],
  [90_061_000, '25:01:01'],
])('%f ms on the clock is %s', (ms, text) => {
  expect(formatClock(ms)).toBe(text);
});

test.each([
  [70_950, '1m11s'],
  [59_950, '59.95s'],
  [3_600_400, '1h'],
  [-70_950, '-1m11s'],
  [12, '12ms'],
])('%i ms that were measured are told as %s', (ms, text) => {
  expect(tookText(ms)).toBe(text);
});
