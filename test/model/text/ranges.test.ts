import { expect, test } from '@jest/globals';
import { merged, type Range } from '../../../model/text/ranges.js';

test.each<[string, Range[], Range[]]>([
  ['none', [], []],
  [
    'apart, in order',
    [
      [5, 6],
      [1, 2],
    ],
    [
      [1, 2],
      [5, 6],
    ],
  ],
  [
    'that overlap, with no end of the longer left',
    [
      [1, 9],
      [2, 3],
      [8, 12],
    ],
    [[1, 12]],
  ],
  [
    'that only touch stay two',
    [
      [1, 2],
      [2, 3],
    ],
    [
      [1, 2],
      [2, 3],
    ],
  ],
])('ranges %s', (_, ranges, one) => {
  expect(merged(ranges)).toEqual(one);
});
