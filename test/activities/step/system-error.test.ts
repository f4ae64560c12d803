import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { failureOf } from '../../../activities/step/failure.js';
import { systemError } from '../../../activities/step/system-error.js';

const errno = (code: string, more: object = {}): Error => Object.assign(new Error(`${code}: x`), { code, ...more });

test('what the system refuses is no defect: it is named, with what to do', async () => {
  const error: unknown = await readFile('/nowhere/x').catch((reason: unknown) => reason);
  expect(failureOf(error)).toEqual({
    code: 'NOT_FOUND',
    message: 'Cannot open /nowhere/x: it is not there (ENOENT).',
    hint: 'See whether the name is right and an earlier step made it.',
  });
});

test.each([
  ['EACCES', 'EXPECTATION_FAILED'],
  ['ENOSPC', 'CHECK_FAILED'],
  ['ECONNREFUSED', 'CONNECTION_FAILED'],
])('%s is %s', (code, wanted) => {
  expect(systemError(errno(code, { syscall: 'connect', address: '127.0.0.1' }))?.code).toBe(wanted);
});

test.each([
  ['a misuse of the system', errno('EBADF')],
  ['an error of the program', new TypeError('x is not a function')],
  ['an error with a code of its own', errno('ERR_INVALID_ARG_TYPE')],
  ['nothing', undefined],
])('%s stays a defect', (_, error) => {
  expect(systemError(error)).toBeUndefined();
  expect(failureOf(error).code).toBe('INTERNAL');
});
