import { expect, test } from '@jest/globals';
import { isLimited, type LimitedSpan, spanProblem } from '../../../../model/schema/format/span-limits.js';

test.each<[LimitedSpan, number, string | undefined]>([
  ['catchUp', 9_999, '9.999s is too short: 10s is the least'],
  ['catchUp', 10_000, undefined],
  ['catchUp', 600_000, undefined],
  ['catchUp', 600_001, '10m1ms is too long: 10m is the most'],
  ['atMost', 30 * 86_400_000, undefined],
  ['atMost', 30 * 86_400_000 + 1, '30d1ms is too long: 30d is the most'],
  ['expires', 0, '0s is too short: 1s is the least'],
  ['window.every', 0, '0s is too short: 100ms is the least'],
  ['validFor', 0, '0s is too short: 1m is the least'],
  ['timeout', 1, undefined],
])('%s of %d ms', (name, ms, problem) => {
  expect(spanProblem(name, ms)).toBe(problem);
});

test('only some durations have limits', () => {
  expect(['timeout', 'planned', 'every', 'toString'].map(isLimited)).toEqual([true, false, false, false]);
});
