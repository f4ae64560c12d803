import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readTrust } from '../../../client/evidence/trust.js';
import { testSealer } from '../../kits/sealer.js';

const folder = mkdtempSync(join(tmpdir(), 'golive-trust-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, content = ''): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const { key } = testSealer();
const print = `SHA256:${'A'.repeat(43)}`;

test('keys are fingerprints and PEM files, as many as a worker had', () => {
  const trust = readTrust({ key: [print, file('key.pem', key.publicPem)], expect: 'shop/c1' });
  expect(trust).toEqual({ keys: [print, key.fingerprint], expect: 'shop/c1' });
});

describe('what cannot be read has exit code 2 and a sentence', () => {
  const large = file('large');
  truncateSync(large, 3 * 2 ** 30);
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  test.each<[string, Parameters<typeof readTrust>[0], RegExp]>([
    ['no key', {}, /Say which key you trust/],
    ['a key that is none', { key: [file('none', 'x')] }, /neither a fingerprint nor a key/],
    ['a fingerprint that was cut off', { key: ['SHA256:AAAA'] }, /'SHA256:AAAA' is no whole fingerprint/],
    ['one with padding', { key: [`${print}=`] }, /is no whole fingerprint/],
    ['one without its beginning', { key: ['A'.repeat(43)] }, /is no whole fingerprint/],
    ['one in small letters', { key: [print.replace('SHA', 'sha')] }, /is no whole fingerprint/],
    [
      'one of another kind',
      { key: ['MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48'] },
      /is no whole fingerprint/,
    ],
    ['a key file that is not there', { key: [join(folder, 'gone.pem')] }, /The key cannot be read/],
    ['a key of 3 GiB', { key: [large] }, /The key has 3,072 MiB, and golive reads such a file up to 1 MiB/],
    ['a key that is a pipe', { key: [pipe] }, /The key cannot be read/],
    ['signers of 3 GiB', { key: [print], signers: large }, /The file of allowed signers has 3,072 MiB/],
    ['signers that are not there', { key: [print], signers: join(folder, 'gone') }, /allowed signers cannot be read/],
    ['revoked keys that are not there', { key: [print], revoked: join(folder, 'gone') }, /revoked keys cannot be read/],
    ['an expected go-live without its change', { key: [print], expect: 'shop' }, /names no go-live/],
  ])('%s', (_name, options, words) => {
    const read = (): unknown => readTrust(options);
    expect(read).toThrow(words);
    expect(read).toThrow(expect.objectContaining({ options: expect.objectContaining({ exitCode: 2 }) }));
  });
});
