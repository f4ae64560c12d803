import { expect, test } from '@jest/globals';
import { counted } from '../../../model/text/counted.js';

test.each([
  [0, '0 phases'],
  [1, '1 phase'],
  [2, '2 phases'],
])('%d', (count, text) => {
  expect(counted(count, 'phase')).toBe(text);
});
