import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { errnoOf } from '../../host/errno.js';

test.each([
  ['an error without a code', new Error('no'), undefined],
  ['a code that is a number', { code: 3 }, undefined],
  ['null', null, undefined],
  ['a text', 'ENOENT', undefined],
  ['a code', { code: 'EEXIST' }, 'EEXIST'],
])('%s', (_, error, code) => {
  expect(errnoOf(error)).toBe(code);
});

test("a system's error", () => {
  let thrown: unknown;
  try {
    readFileSync('/not/there');
  } catch (error) {
    thrown = error;
  }
  expect(errnoOf(thrown)).toBe('ENOENT');
});
