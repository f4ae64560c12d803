import { expect, test } from '@jest/globals';
import { countText } from '../../../model/judge/count-text.js';

test.each([
  [20, '20'],
  [317.5752560256543, '317.6'],
  [0.123456, '0.1235'],
  [1_000_000, '1000000'],
])('a count of %p is told as %s', (count, text) => {
  expect(countText(count)).toBe(text);
});
