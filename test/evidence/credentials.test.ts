import { describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bytesWithoutCredentials,
  maskCredentials,
  withoutCredentials,
  withoutCredentialsIn,
} from '../../evidence/credentials.js';
import { passed, runStep, temporaryFolder } from '../kits/step-run.js';

// Put together here, so that nobody who looks through this repository finds them.
const A = 'AbCdEfGhIjKlMnOpQrStUvWxYz0123456789';
const key = (kind: string, lines: number): string =>
  [
    `-----BEGIN ${kind}-----`,
    ...Array<string>(lines).fill(`MIIEpAIBAAKCAQEA${A}${A.slice(0, 12)}`),
    `-----END ${kind}-----`,
  ].join('\n');
const PLANTED: [name: string, text: string, credential: string][] = [
  ['AWS key id', 'id AKIA%.', ['AKIA', 'Z7QJ4XK2M5TPW3NV'].join('')],
  ['AWS secret', 'aws_secret_access_key = %', ['wJalrXUtnFEMI/K7MDENG/bPxRfiCY', 'zz12Key9xx'].join('')],
  ['Telegram token', 'https://api.telegram.org/bot%/getMe', `123456789:AA${A.slice(0, 33)}`],
  ['GitHub token', 'token %', `ghp_${A}`],
  ['GitHub fine-grained token', 'token %', `github_pat_${A}`],
  ['GitLab token', 'token %', `glpat-${A.slice(0, 20)}`],
  ['Slack token', 'token %', `xoxb-123456789012-1234567890123-${A.slice(0, 24)}`],
  ['Slack webhook', 'to % now', `https://hooks.slack.com/services/T01234567/B01234567/${A.slice(0, 24)}`],
  ['npm token', '//registry/:_authToken=%', `npm_${A}`],
  ['Stripe key', 'key %', `sk_live_${A.slice(0, 24)}`],
  ['Google key', 'key=%&x', `AIza${A.slice(0, 35)}`],
  ['OpenAI key', 'key %', `sk-proj-${A}${A}`],
  ['JWT', 'jwt %', `eyJ${A.slice(0, 20)}.eyJ${A.slice(0, 30)}.${A}`],
  ['bearer', 'Authorization: Bearer %', `${A}==`],
  ['password of an address', 'postgres://app:%@db.internal:5432/x', 's3cretpw!'],
  ['private key', 'key: % end', key('RSA PRIVATE KEY', 12)],
  ['private key in JSON', '{"key":"%"}', key('PRIVATE KEY', 5).replaceAll('\n', '\\n')],
  ['private key without its end', '% end', key('EC PRIVATE KEY', 5).slice(0, 250)],
  ['private key of PGP', '% end', key('PGP PRIVATE KEY BLOCK', 5)],
  ['coloured', '\u001b[32m%', ['AKIA', 'Z7QJ4XK2M5TPW3NV'].join('')],
  ['behind the end of a line in JSON', '{"log":"x\\n%"}', `glpat-${A.slice(0, 20)}`],
  ['behind a tab in JSON', '{"log":"x\\t%"}', `github_pat_${A}`],
  ['behind an escape of JSON', 'a\\u003d%', `sk_live_${A.slice(0, 24)}`],
  ['in a URL', 'https://x/?k%3D%', `AIza${A.slice(0, 35)}`],
  ['behind an underscore', 'key_%', `xoxb-123456789012-1234567890123-${A.slice(0, 24)}`],
  ['a JWT in JSON', '{"log":"x\\n%"}', `eyJ${A.slice(0, 20)}.eyJ${A.slice(0, 30)}.${A}`],
  ['a password without a user', 'redis://:%@h:6379/0', 's3cretpw!'],
  ['a password with a slash', 'postgres://u:%@h/db', 'a/b:c9d8'],
  ['a header in JSON in JSON', String.raw`{\"Authorization\":\"Bearer %\"}`, A],
];
const INNOCENT = [
  'https://registry.example:4873/@scope/pkg  http://h:8080/users/bob@example.com  http://[::1]:80/a@b',
  'ask-me-task-abcdefghijklmnopqrstuvwxyz0123456789  disk_live_0123456789abcdefgh',
  '2026-11-26T10:00:00Z INFO id=123e4567-e89b-12d3-a456-426614174000 took 12ms',
  'commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'sha512-7YUcOL8GDnQKzVpTVtDyFF0oGYNFBXQQMgBkVjkG0NXJ5dv4KcNHbLwq0LFpzmGmWHhEwkzBCQvIHSV1Ebrq4w==',
  'https://user@example.org:8443/path?x=1#y  mailto:a@b.example  ssh://git@host/x  12:34:56@x',
  'redis://:[redacted]@host  postgres://app:***@db/x',
  'Authorization: [redacted]',
  'secretlint-disable',
  '-----BEGIN CERTIFICATE-----',
];

describe('credentials that nobody declared', () => {
  test.each(PLANTED)('%s is masked, whole, and the rest stays', async (_, text, credential) => {
    const place = text.includes('AKIA%') ? text.indexOf('AKIA%') : text.lastIndexOf('%');
    const [before, after] = [text.slice(0, place), text.slice(text.indexOf('%', place) + 1)];
    const lines = INNOCENT.join('\n');
    const whole = `${lines}\n${before}${credential}${after}\n${lines}\n`;
    const { text: told, credentials } = await withoutCredentials(whole);
    expect(credentials).toBe(1);
    expect(told).toHaveLength(whole.length);
    for (let at = 0; at + 12 <= credential.length; at += 4) expect(told).not.toContain(credential.slice(at, at + 12));
    expect(told.startsWith(`${lines}\n`) && told.endsWith(`\n${lines}\n`)).toBe(true);
    expect(told).toContain('[credential]'.slice(0, credential.length));
  });

  test('UTF-16, a key with headers, and one behind what a log puts before its lines', async () => {
    const token = `ghp_${A}`;
    const wide = Buffer.from(`x ${token} y\n`, 'utf16le');
    const { bytes, credentials } = await bytesWithoutCredentials(wide);
    expect([bytes.length, credentials]).toEqual([wide.length, 1]);
    expect(bytes.toString('utf16le')).toMatch(/^x \*+ y\n$/);
    const lines = key('RSA PRIVATE KEY', 4).split('\n').slice(0, -1);
    const headed = [lines[0] ?? '', 'Proc-Type: 4,ENCRYPTED', 'DEK-Info: AES-128-CBC,00', '', ...lines.slice(1)];
    for (const text of [headed.join('\n'), lines.map((line) => `10:00:01 app-1 | ${line}`).join('\n')]) {
      const told = await withoutCredentials(`${text}\nrest of it`);
      expect(told.credentials).toBe(1);
      expect(told.text).not.toContain('MIIE');
      expect(told.text).toContain('rest of it');
    }
  });

  test.each<[string, (token: string) => Buffer]>([
    ['UTF-16', (token) => Buffer.from(`x ${token} y\n`, 'utf16le')],
    ['UTF-16 of the other order', (token) => Buffer.from(`x ${token} y\n`, 'utf16le').swap16()],
    ['UTF-16 with other letters', (token) => Buffer.from(`漢 ${token} 漢\n`, 'utf16le')],
    [
      'UTF-32',
      (token) =>
        Buffer.from(Buffer.from(`x ${token} y\n`, 'utf16le').toString('hex').replace(/..../g, '$&0000'), 'hex'),
    ],
    ['parts between zeros', (token) => Buffer.from(`A=b\0${token}\0C=d\0`)],
    ['behind UTF-16', (token) => Buffer.concat([Buffer.from('a line of it', 'utf16le'), Buffer.from(token)])],
    ['before UTF-16', (token) => Buffer.concat([Buffer.from(`${token} `), Buffer.from('a line of it', 'utf16le')])],
  ])('where there are zeros: %s', async (_, write) => {
    const token = `sk_live_${A.slice(0, 24)}`;
    const written = write(token);
    const { bytes, credentials } = await bytesWithoutCredentials(written);
    expect([bytes.length, credentials]).toEqual([written.length, 1]);
    expect(bytes.toString('latin1').replaceAll('\0', '')).not.toContain(token.slice(8, 16));
  });

  test('in a value, whose names say what its texts are; what two texts have in common is looked at in each', async () => {
    const secret = ['wJalrXUtnFEMI/K7MDENG/bPxRfiCY', 'zz12Key9xx'].join('');
    const value = { a: { aws_secret_access_key: secret }, n: 1, l: [`token ghp_${A}`, null, true] };
    const told = await withoutCredentialsIn(value);
    expect(told.credentials).toBe(2);
    expect(told.value).toMatchObject({ n: 1, l: [expect.stringMatching(/^token \[credential\]/), null, true] });
    expect(JSON.stringify(told.value)).not.toContain(secret.slice(0, 12));
    const ends = ['-----BEGIN PRIVATE KEY-----', 'between', '-----END PRIVATE KEY-----'];
    const { value: shape } = await withoutCredentialsIn({ ends });
    expect(shape).toMatchObject({ ends: [expect.any(String), 'between', expect.any(String)] });
    expect(await withoutCredentialsIn({ ok: 'plain' })).toEqual({ value: { ok: 'plain' }, credentials: 0 });
  });

  test('in innocent texts there are none', async () => {
    const text = INNOCENT.join('\n');
    expect(await withoutCredentials(text)).toEqual({ text, credentials: 0 });
  });

  test('in a large file each is found, wherever a piece ends, and other bytes stay', async () => {
    const path = join(temporaryFolder(), 'output.log');
    const credential = `ghp_${A}`;
    const filler = Buffer.alloc(257 * 1024 - 7, 'line of a log, with \xff bytes\n', 'latin1');
    const parts = Array.from({ length: 6 }, () => [filler, Buffer.from(` ${credential} `)]).flat();
    // One that two pieces share: its middle is where the first of them ends.
    parts.unshift(Buffer.alloc(256 * 1024 - 20, '.'), Buffer.from(` ${credential} `));
    const whole = Buffer.concat(parts);
    writeFileSync(path, whole);
    expect(await maskCredentials(path)).toBe(7);
    const told = readFileSync(path);
    expect(told).toHaveLength(whole.length);
    expect(told.includes(credential.slice(0, 12))).toBe(false);
    expect(told.toString('latin1').replaceAll(/\[credential\]\*+/g, credential)).toBe(whole.toString('latin1'));
  });

  test.each([
    ['keys that begin and do not end', '-----BEGIN PRIVATE KEY-----\n'],
    ['addresses', 'a://a:'],
    ['tokens', 'eyJabcdefghijkl.'],
    ['one letter', 'a'],
    ['digits', '123456789:'],
    ['bearers', 'authorization: bearer '],
  ])('1 MB of %s takes no more than its length', async (_, unit) => {
    await withoutCredentials('');
    const begun = process.cpuUsage();
    await withoutCredentials(unit.repeat(Math.ceil(1e6 / unit.length)));
    const { user, system } = process.cpuUsage(begun);
    // The square of a million letters takes hours: a slow machine does not count.
    expect((user + system) / 1e6).toBeLessThan(60);
  });

  test('a command that prints one has it masked in its evidence and outputs, and counted', async () => {
    const credential = `ghp_${A}`;
    const say = `process.stdout.write(Buffer.from('${Buffer.from(`token ${credential}\n`).toString('base64')}','base64'))`;
    const run = await runStep(
      'command.run',
      { argv: [process.execPath, '-e', say] },
      { task: { effect: 'idempotent' } },
    );
    expect(passed(run).outputs.credentials).toBe(1);
    const log = readFileSync(join(run.folder, 'output.log'), 'utf8');
    expect(log + JSON.stringify(run.result)).not.toContain(credential);
    expect(log).toMatch(/^token \[credential\]/);
  });
});

test('a worker that looks through many texts keeps nothing of them', async () => {
  await withoutCredentials('{"status":"ok"}');
  const marks = () => performance.getEntriesByType('mark').length;
  const before = marks();
  for (let nth = 0; nth < 50; nth += 1) await withoutCredentials('{"status":"ok"}');
  expect(marks()).toBe(before);
});
