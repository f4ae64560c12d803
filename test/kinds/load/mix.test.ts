import { expect, test } from '@jest/globals';
import { turnsOf } from '../../../kinds/load/mix.js';

test('turns come by weight, spread evenly, and always alike', () => {
  const weights = [
    { id: 'a', weight: 5 },
    { id: 'b', weight: 1 },
    { id: 'c', weight: 1 },
  ];
  // The sequence that nginx documents for these weights.
  expect(turnsOf(weights)).toEqual(['a', 'a', 'b', 'a', 'c', 'a', 'a']);
  expect(turnsOf(weights)).toEqual(turnsOf(weights));
  expect(turnsOf([{ id: 'only', weight: 7 }])).toEqual(Array.from({ length: 7 }, () => 'only'));
});
