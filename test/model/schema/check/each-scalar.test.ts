import { expect, test } from '@jest/globals';
import { eachScalar } from '../../../../model/schema/check/each-scalar.js';

test('every text, number and truth is visited with its place, in order; nothing else is', () => {
  const seen: unknown[] = [];
  eachScalar({ a: 'x', b: [1, { c: false }, null], d: {}, e: [] }, ['with'], (scalar, path) =>
    seen.push([path.join('.'), scalar]),
  );
  expect(seen).toEqual([
    ['with.a', 'x'],
    ['with.b.0', 1],
    ['with.b.1.c', false],
  ]);
});
