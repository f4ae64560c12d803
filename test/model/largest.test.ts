import { expect, test } from '@jest/globals';
import { largest, smallest } from '../../model/largest.js';

test.each<[number[], number | undefined, number | undefined]>([
  [[], undefined, undefined],
  [[-3], -3, -3],
  [[1, 3, 2], 3, 1],
  [[1, Number.NaN, 2], Number.NaN, Number.NaN],
  [[Number.NEGATIVE_INFINITY, 0], 0, Number.NEGATIVE_INFINITY],
])('%j', (values, most, least) => {
  expect(largest(values)).toBe(most);
  expect(smallest(values)).toBe(least);
});

test('of a million', () => {
  const values = Array.from({ length: 1_000_000 }, (_, index) => index);
  expect([largest(values), smallest(values)]).toEqual([999_999, 0]);
});
