import { expect, test } from '@jest/globals';
import { withStop } from '../../../model/text/with-stop.js';

test.each([
  ['node ended with code 2', 'node ended with code 2.'],
  ['It ended.', 'It ended.'],
  ['Is it there? ', 'Is it there?'],
  ['It said "no."', 'It said "no."'],
  ['It said "no"', 'It said "no".'],
  ['a text that is cut…', 'a text that is cut…'],
  ['(exit 2)', '(exit 2).'],
  ['', ''],
])('%j ends as a sentence', (text, whole) => {
  expect(withStop(text)).toBe(whole);
});
