import { expect, test } from '@jest/globals';
import {
  type Field,
  flag,
  list,
  number,
  object,
  objects,
  optional,
  text,
  texts,
  word,
} from '../../../model/evidence/field.js';

const VALUES = { text: 'a', word: 'go', number: 1, flag: false, object: {}, list: [1], texts: ['a'], objects: [{}] };
type Name = keyof typeof VALUES;

test.each<[string, Field<unknown>, Name[]]>([
  ['text', text(''), ['text', 'word']],
  ['one of some words', word(['go', 'no-go'], ''), ['word']],
  ['number', number(''), ['number']],
  ['yes or no', flag(''), ['flag']],
  ['object', object(''), ['object']],
  ['list', list(''), ['list', 'texts', 'objects']],
  ['list of texts', texts(''), ['texts']],
  ['list of objects', objects(''), ['objects']],
])('a field that is a %s takes nothing else', (_name, { is }, taken) => {
  const names = Object.keys(VALUES) as Name[];
  expect(names.filter((name) => is(VALUES[name]))).toEqual(taken);
  for (const none of [null, undefined]) expect(is(none)).toBe(false);
});

test('an empty list is a list of anything', () => {
  for (const { is } of [list(''), texts(''), objects('')]) expect(is([])).toBe(true);
});

test('a field that may be left out takes the same values', () => {
  expect(optional(number('How many.'))).toMatchObject({ optional: true, shape: 'number', about: 'How many.' });
  expect(optional(number('')).is('1')).toBe(false);
});

test('the shape of a word names the words', () => {
  expect(word(['go', 'no-go'], '').shape).toBe('`go`, `no-go`');
});
