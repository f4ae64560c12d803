import { execFileSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { fingerprintOf, fingerprintOfBytes, linkOf, sha256 } from '../../evidence/hash.js';

test('the fingerprint of an SSH key is as ssh-keygen prints it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'golive-hash-'));
  try {
    const key = join(folder, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const bytes = Buffer.from(readFileSync(`${key}.pub`, 'utf8').split(' ')[1] ?? '', 'base64');
    const said = execFileSync('ssh-keygen', ['-l', '-f', `${key}.pub`], { encoding: 'utf8' });
    expect(fingerprintOfBytes(bytes)).toBe(said.split(' ')[1]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a key has one fingerprint, had from its public or its private half', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  expect(fingerprintOf(publicKey)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  expect(fingerprintOf(createPublicKey(privateKey))).toBe(fingerprintOf(publicKey));
});

test('a link is no plain hash of its line', () => {
  expect(linkOf('line')).toBe(sha256('\0line'));
  expect(linkOf('line')).toBe(linkOf(Buffer.from('line')));
});
