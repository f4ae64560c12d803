import { expect, test } from '@jest/globals';
import { canonicalJson, jsonObjectIn } from '../../model/json.js';

test.each<[string, unknown, string]>([
  [
    'keys are sorted at each depth',
    { b: { z: 1, a: 2 }, a: [{ d: 1, c: 2 }] },
    '{"a":[{"c":2,"d":1}],"b":{"a":2,"z":1}}',
  ],
  ['lists keep their order', [3, 1, 2], '[3,1,2]'],
  ['undefined members are left out, null stays', { a: undefined, b: null }, '{"b":null}'],
  ['undefined in a list is null, as JSON does', [undefined, 1], '[null,1]'],
  ['undefined alone is null', undefined, 'null'],
  ['texts are escaped', { 'a"': 'b\n' }, '{"a\\"":"b\\n"}'],
  ['names are sorted by code unit, not by language', { ä: 1, z: 2, A: 3 }, '{"A":3,"z":2,"ä":1}'],
])('%s', (_name, value, text) => {
  expect(canonicalJson(value)).toBe(text);
});

test('the order in which members were given does not matter', () => {
  expect(canonicalJson({ a: 1, b: [{ c: 1, d: 2 }] })).toBe(canonicalJson({ b: [{ d: 2, c: 1 }], a: 1 }));
});

test.each(['', '[]', 'null', '1', '"{}"', '{', '{}{}'])('%j is no object', (text) => {
  expect(jsonObjectIn(text)).toBeUndefined();
});

test('an object is read from its text', () => {
  expect(jsonObjectIn(' {"a":[1]}\n')).toEqual({ a: [1] });
});
