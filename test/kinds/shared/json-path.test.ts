import { expect, test } from '@jest/globals';
import type { Json } from '../../../model/json.js';
import { nodesAt, oneAt } from '../../../kinds/shared/json-path.js';

const DOCUMENT = { services: [{ s: 'ok' }, { s: 'down' }], one: 1, none: null };

test('all nodes are given, in order', () => {
  expect(nodesAt(DOCUMENT, '$.services[*].s')).toEqual(['ok', 'down']);
  expect(nodesAt(DOCUMENT, '$.nothing')).toEqual([]);
  expect(nodesAt(DOCUMENT, '$.none')).toEqual([null]);
  expect(nodesAt({ constructor: 1 }, '$.constructor')).toEqual([1]);
  expect(nodesAt({}, '$.constructor')).toEqual([]);
});

test('a place that wants one value says how many there are', () => {
  expect(oneAt(DOCUMENT, '$.one')).toBe(1);
  expect(oneAt(DOCUMENT, '$.nothing')).toBeUndefined();
  expect(() => oneAt(DOCUMENT, '$.services[*].s')).toThrow('has 2 values where one is wanted');
});

test('what is no JSONPath, and a document too deep for one, are errors', () => {
  expect(() => nodesAt(DOCUMENT, '$.[')).toThrow('is no JSONPath');
  let deep: Json[] = [];
  for (let depth = 0; depth < 20_000; depth += 1) deep = [deep];
  expect(() => nodesAt(deep, '$..x')).toThrow('cannot be followed');
});
