import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isReadable, readable } from '../../../model/text/readable.js';

test.each([
  ['Überprüft 👍🏽 – 日本語', true],
  ['half \ud800', false],
  ['other half \udc00.', false],
  ['bell \u0007', false],
  ['line\nbreak', false],
  ['right-to-left \u202e', false],
  ['zero width \u200b', false],
  ['separator \u2028', false],
])('%j is readable: %s', (text, is) => {
  expect(isReadable(text)).toBe(is);
});

test.each([
  ['fine', 10, 'fine'],
  ['a\u0000\ud800b', 10, 'a b'],
  ['abcdef', 3, 'abc…'],
  // A character of two halves is kept whole or left out.
  ['ab👍', 3, 'ab…'],
  ['', 3, ''],
])('%j told again with %i at most is %j', (text, most, told) => {
  expect(readable(text, most)).toBe(told);
});

test('what is told again is always readable, and has an end', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 40 }),
      (units, most) => {
        const told = readable(String.fromCharCode(...units), most);
        expect(isReadable(told)).toBe(true);
        expect(told.length).toBeLessThanOrEqual(most + 1);
      },
    ),
  );
});
