import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import protocol from '@temporalio/proto';
import { WireError } from './error.js';
import { PAYLOAD_KEY, type PayloadKey } from './keys.js';

const { Payload: proto } = protocol.temporal.api.common.v1;

/** The encoding's name, as Temporal's own samples of encryption call it. */
export const ENCRYPTED = 'binary/encrypted';
/** What stands for a payload that nobody with a key has made; whoever reads it refuses it. */
export const UNREADABLE = 'golive-unreadable';
const CIPHER = 'AES-256-GCM';
const IV_BYTES = 12;
const TAG_BYTES = 16;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (value: Uint8Array | null | undefined): string => (value ? Buffer.from(value).toString('utf8') : '');

/**
 * Encrypts payloads with AES-256-GCM (NIST SP 800-38D): a random 96-bit IV, the ciphertext of the whole payload with
 * its metadata, a 128-bit tag; the key's id is authenticated. What is not encrypted passes through when read, so that
 * a go-live from before encryption goes on, and a plain message cannot stop a workflow.
 *
 * @param keys the first encrypts, all decrypt
 */
export function encryptionCodec(keys: readonly PayloadKey[]): PayloadCodec {
  const [first] = keys;
  if (!first) throw new WireError('There is no payload key.', `Name one with ${PAYLOAD_KEY}.`);
  return {
    encode: async (payloads) => payloads.map((payload) => encrypt(payload, first)),
    decode: async (payloads) => payloads.map((payload) => decrypt(payload, keys)),
  };
}

function encrypt(payload: Payload, key: PayloadKey): Payload {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.secret, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(bytes(key.id));
  const body = Buffer.concat([cipher.update(proto.encode(payload).finish()), cipher.final()]);
  return {
    metadata: {
      encoding: bytes(ENCRYPTED),
      'encryption-cipher': bytes(CIPHER),
      'encryption-key-id': bytes(key.id),
    },
    data: Buffer.concat([iv, body, cipher.getAuthTag()]),
  };
}

/** @throws WireError when its key is not among ours: with it the payload can be read, so nothing may go on without */
function decrypt(payload: Payload, keys: readonly PayloadKey[]): Payload {
  if (textOf(payload.metadata?.['encoding']) !== ENCRYPTED) return payload;
  const id = textOf(payload.metadata?.['encryption-key-id']);
  const key = keys.find((candidate) => candidate.id === id);
  if (!key) {
    throw new WireError(
      `A payload is encrypted with the key ${/^[0-9a-f]{1,64}$/.test(id) ? id : '?'}, which is not here.`,
      `Add that key to ${PAYLOAD_KEY}, after the first, and start again.`,
    );
  }
  try {
    return open(Buffer.from(payload.data ?? []), key);
  } catch {
    // Altered, or made by somebody without the key. Thrown, it would stop the workflow that it was sent to.
    return { metadata: { encoding: bytes('json/plain') }, data: bytes(JSON.stringify({ [UNREADABLE]: 'altered' })) };
  }
}

function open(data: Buffer, key: PayloadKey): Payload {
  const end = data.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key.secret, data.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(bytes(key.id));
  decipher.setAuthTag(data.subarray(end));
  return proto.decode(Buffer.concat([decipher.update(data.subarray(IV_BYTES, end)), decipher.final()]));
}
