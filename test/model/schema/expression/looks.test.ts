import { expect, test } from '@jest/globals';
import { forManyLooks, manyFor, oneLookBounds } from '../../../../model/schema/expression/looks.js';

test('bounds for one look are found, once each, and no text that only looks like them', () => {
  expect(oneLookBounds('wilsonLower(it.a, it.n) > 0.5 && wilsonLower(it.b, it.n) > wilsonUpper(1, 2)')).toEqual([
    'wilsonLower',
    'wilsonUpper',
  ]);
  expect(oneLookBounds('anytimeLower(1, 2) > 0.5 || inputs.x == "wilsonLower(1, 2)"')).toEqual([]);
  expect(oneLookBounds('wilsonLower(')).toEqual([]);
});

test.each([
  ['wilsonLower(it.a, it.n)', 'anytimeLower(it.a, it.n)'],
  [
    'min(wilsonUpper(1, 2), wilsonLower( wilsonUpper(1, 2), 3))',
    'min(anytimeUpper(1, 2), anytimeLower( anytimeUpper(1, 2), 3))',
  ],
  ['inputs.wilsonLower + ratio(1, 2)', 'inputs.wilsonLower + ratio(1, 2)'],
])('%s is for many looks %s', (one, many) => {
  expect(forManyLooks(one)).toBe(many);
});

test('each has one that stands for it', () => {
  expect([manyFor('wilsonLower'), manyFor('wilsonUpper'), manyFor('ratio')]).toEqual([
    'anytimeLower',
    'anytimeUpper',
    'ratio',
  ]);
});
