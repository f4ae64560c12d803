import { expect, test } from '@jest/globals';
import { armoured, keyThatSigned, verifyArguments } from '../../../model/signing/ssh-keygen.js';

test.each([
  ['', ''],
  ['a'.repeat(70), `${'a'.repeat(70)}\n`],
  ['a'.repeat(141), `${'a'.repeat(70)}\n${'a'.repeat(70)}\na\n`],
])('a body is armoured in lines of at most 70', (body, lines) => {
  expect(armoured(body)).toBe(`-----BEGIN SSH SIGNATURE-----\n${lines}-----END SSH SIGNATURE-----\n`);
});

test('revoked keys are asked about only where there is a list of them', () => {
  const question = { signers: '/s', principal: 'ada@x', namespace: 'n', signature: '/sig' };
  const asked = ['-Y', 'verify', '-f', '/s', '-I', 'ada@x', '-n', 'n', '-s', '/sig'];
  expect(verifyArguments(question)).toEqual(asked);
  expect(verifyArguments({ ...question, revoked: '/r' })).toEqual([...asked, '-r', '/r']);
});

test('the key that signed stands at the end of what is printed', () => {
  const key = `SHA256:${'k'.repeat(43)}`;
  expect(keyThatSigned(`Good "n" signature for ada@x with ED25519 key ${key}\n`)).toBe(key);
  expect(keyThatSigned(`key ${key} of somebody`)).toBeUndefined();
  expect(keyThatSigned('')).toBeUndefined();
});
