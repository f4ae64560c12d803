import { expect, test } from '@jest/globals';
import { unexpected } from '../../../client/terminal/unexpected.js';

const grpc = (code: number): Error =>
  Object.assign(new Error('Failed to query Workflow'), { cause: Object.assign(new Error('14 gone'), { code }) });
const errno = (code: string): Error => Object.assign(new Error(`${code}: permission denied, open '/x'`), { code });

test.each([
  ['a server that does not answer', grpc(14), /does not answer: 14 gone/],
  ['an answer that is too late', grpc(4), /in time/],
  ['a key that does not fit', grpc(16), /does not know who asks/],
  ['a file that may not be read', errno('EACCES'), /The system refuses it: EACCES: permission denied, open '\/x'/],
  ['an encrypted go-live', new Error('Unknown encoding: binary/encrypted'), /no payload key/],
])('%s is no defect', (_, error, message) => {
  const told = unexpected(error);
  expect(told).toMatchObject({ defect: false, message: expect.stringMatching(message) });
  expect(told.next).not.toMatch(/report/);
});

test.each([
  ['an error of the program', new TypeError('x is not a function')],
  ['an answer that golive should not have asked for', grpc(3)],
  ['a misuse of the system', errno('EBADF')],
  ['something that is no error', 'odd'],
])('%s is a defect, to be reported', (_, error) => {
  expect(unexpected(error)).toMatchObject({ defect: true, next: expect.stringMatching(/please report it/) });
});
