import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { encryptionCodec, ENCRYPTED, UNREADABLE } from '../../wire/codec.js';
import { type PayloadKey, payloadKeys } from '../../wire/keys.js';

const base64 = () => randomBytes(32).toString('base64');
const keysOf = (...texts: string[]): readonly PayloadKey[] => {
  const env = Object.fromEntries(texts.map((text, index) => [`K${index}`, text]));
  return payloadKeys({ ...env, GOLIVE_PAYLOAD_KEY: texts.map((_, index) => `env:K${index}`).join(',') }) ?? [];
};
const value = { canary: 'geheim-7f3a', n: [1, 2, 3] };
const payloadOf = (what: unknown) => defaultPayloadConverter.toPayload(what);
/** The one payload that a codec gave. */
const only = ([payload]: Payload[]): Payload => {
  if (!payload) throw new Error('no payload');
  return payload;
};
const text = (payload: Payload) => Buffer.from(payload.data ?? []).toString('latin1');
const metadata = (payload: Payload | undefined, name: string) =>
  Buffer.from(payload?.metadata?.[name] ?? []).toString('utf8');

describe('payload keys', () => {
  let folder = '';
  const good = base64();
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'golive-keys-'));
    writeFileSync(join(folder, 'good.key'), `${good}\n`);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('none named is none; one from a file equals the same from the environment', () => {
    expect(payloadKeys({})).toBeUndefined();
    const fromFile = payloadKeys({ GOLIVE_PAYLOAD_KEY: `file:${join(folder, 'good.key')}` });
    expect(fromFile).toEqual(keysOf(good));
    expect(fromFile?.[0]?.id).toMatch(/^[0-9a-f]{16}$/);
  });

  test.each<[string, NodeJS.ProcessEnv, RegExp]>([
    ['the key itself instead of a reference', { GOLIVE_PAYLOAD_KEY: good }, /^GOLIVE_PAYLOAD_KEY is not a reference/],
    ['an empty one', { GOLIVE_PAYLOAD_KEY: '' }, /not a reference/],
    ['a variable that is not set', { GOLIVE_PAYLOAD_KEY: 'env:K' }, /K, which is not set/],
    ['a relative path', { GOLIVE_PAYLOAD_KEY: 'file:key' }, /relative/],
    ['a file that is not there', { GOLIVE_PAYLOAD_KEY: 'file:/no/such' }, /cannot be read \(ENOENT\)/],
    ['16 bytes', { GOLIVE_PAYLOAD_KEY: 'env:K', K: randomBytes(16).toString('base64') }, /not 32 bytes/],
    ['hex', { GOLIVE_PAYLOAD_KEY: 'env:K', K: randomBytes(32).toString('hex') }, /not 32 bytes/],
    ['base64 with rubbish in it', { GOLIVE_PAYLOAD_KEY: 'env:K', K: `${good.slice(0, 20)}*${good.slice(20)}` }, /32/],
    ['the same twice', { GOLIVE_PAYLOAD_KEY: 'env:K,env:K', K: good }, /twice/],
  ])('%s is refused, and no key is printed', (_name, env, expected) => {
    const thrown = (() => {
      try {
        payloadKeys(env);
        return undefined;
      } catch (error) {
        return error as Error;
      }
    })();
    expect(thrown?.message).toMatch(expected);
    expect(thrown?.message).not.toContain(good.slice(0, 12));
  });
});

describe('encryption', () => {
  const keys = keysOf(base64());
  const codec = encryptionCodec(keys);

  test('hides value and encoding, names cipher and key, and comes back', async () => {
    const plain = payloadOf(value);
    const sealed = only(await codec.encode([plain]));
    expect(metadata(sealed, 'encoding')).toBe(ENCRYPTED);
    expect(metadata(sealed, 'encryption-cipher')).toBe('AES-256-GCM');
    expect(metadata(sealed, 'encryption-key-id')).toBe(keys[0]?.id);
    expect(text(sealed)).not.toContain('geheim');
    expect(text(sealed)).not.toContain('json/plain');
    const back = only(await codec.decode([sealed]));
    expect(defaultPayloadConverter.fromPayload(back)).toEqual(value);
  });

  test('the same value is never the same bytes', async () => {
    const sealed = await codec.encode(Array.from({ length: 50 }, () => payloadOf(value)));
    expect(new Set(sealed.map(text)).size).toBe(50);
  });

  test('after a rotation the old is read, the new is written with the new key', async () => {
    const [old, fresh] = [base64(), base64()];
    const sealed = only(await encryptionCodec(keysOf(old)).encode([payloadOf(value)]));
    const rotated = encryptionCodec(keysOf(fresh, old));
    const back = only(await rotated.decode([sealed]));
    expect(defaultPayloadConverter.fromPayload(back)).toEqual(value);
    const written = only(await rotated.encode([payloadOf(value)]));
    expect(metadata(written, 'encryption-key-id')).toBe(keysOf(fresh)[0]?.id);
    await expect(encryptionCodec(keysOf(fresh)).decode([sealed])).rejects.toThrow(
      /encrypted with the key [0-9a-f]{16}, which is not here/,
    );
  });

  test('plain payloads pass, so that a go-live from before goes on', async () => {
    const plain = payloadOf(value);
    expect(await codec.decode([plain])).toEqual([plain]);
  });

  test('every changed bit is noticed, and does not throw: thrown, it would stop a workflow', async () => {
    const sealed = only(await codec.encode([payloadOf('x')]));
    const data = Buffer.from(sealed.data ?? []);
    let noticed = 0;
    for (let bit = 0; bit < data.length * 8; bit += 1) {
      const altered = Buffer.from(data);
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const back = only(await codec.decode([{ ...sealed, data: altered }]));
      if (text(back) === `{"${UNREADABLE}":"altered"}`) noticed += 1;
    }
    expect(noticed).toBe(data.length * 8);
    for (const length of [0, 1, 11, 12, 27, 28, data.length - 1]) {
      const back = only(await codec.decode([{ ...sealed, data: data.subarray(0, length) }]));
      expect(text(back)).toContain(UNREADABLE);
    }
  });
});
