import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { WireError } from './error.js';

/** Names where the keys are: `env:NAME` or `file:/path`, several with commas. */
export const PAYLOAD_KEY = 'GOLIVE_PAYLOAD_KEY';

const KEY_BYTES = 32;
const HINT = `Make a key with \`openssl rand -base64 32\`, and name where it is: ${PAYLOAD_KEY}=file:/etc/golive/payload.key or env:NAME.`;

/** One AES-256 key. Its id goes in clear with what it encrypted; it is a hash, so it says nothing of the key. */
export interface PayloadKey {
  id: string;
  secret: Buffer;
}

/**
 * The keys that `GOLIVE_PAYLOAD_KEY` names: the first encrypts, all decrypt. Undefined when it names none.
 * @throws WireError when a reference cannot be read, is not 32 bytes in strict base64, or stands twice
 */
export function payloadKeys(env: NodeJS.ProcessEnv): readonly PayloadKey[] | undefined {
  const named = env[PAYLOAD_KEY];
  if (named === undefined) return undefined;
  const keys = named.split(',').map((reference) => keyOf(reference.trim(), env));
  const ids = new Set(keys.map((key) => key.id));
  if (ids.size < keys.length) throw new WireError(`${PAYLOAD_KEY} names the same key twice.`, 'Name each key once.');
  return keys;
}

function keyOf(reference: string, env: NodeJS.ProcessEnv): PayloadKey {
  const text = read(reference, env).trim();
  const secret = Buffer.from(text, 'base64');
  // Node's decoder passes over what is not base64: only a text that comes back the same was one.
  if (secret.length !== KEY_BYTES || secret.toString('base64') !== text) {
    throw new WireError(`The payload key ${reference} is not ${KEY_BYTES} bytes in base64.`, HINT);
  }
  const id = createHash('sha256').update('golive-payload-key\0').update(secret).digest('hex').slice(0, 16);
  return { id, secret };
}

function read(reference: string, env: NodeJS.ProcessEnv): string {
  const [, scheme, rest = ''] = /^(env|file):(.+)$/.exec(reference) ?? [];
  if (scheme === 'env') {
    const value = env[rest];
    if (value === undefined || value === '') {
      throw new WireError(`${PAYLOAD_KEY} names the variable ${rest}, which is not set.`, HINT);
    }
    return value;
  }
  if (scheme !== 'file') {
    // Not printed: somebody may have put the key itself there.
    throw new WireError(`${PAYLOAD_KEY} is not a reference.`, HINT);
  }
  if (!isAbsolute(rest)) throw new WireError(`${PAYLOAD_KEY} names the file ${rest} by a relative path.`, HINT);
  try {
    return readFileSync(rest, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new WireError(`The payload key ${rest} cannot be read (${code}).`, HINT);
  }
}
