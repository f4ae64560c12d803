import { open } from 'node:fs/promises';
import type { SecretRef } from '../model/schema/secret-ref.js';
import { StepError } from './step-error.js';

const LONGEST = 64 * 1024;
const REDACTED = '[redacted]';

/**
 * Reads a secret just before it is used. Its value never stands in an error.
 *
 * @param ref where it stands
 * @param env the worker's environment
 * @param path makes a path of the runbook absolute
 * @throws StepError NOT_FOUND when there is none, or an empty one
 */
export async function resolveSecret(
  ref: SecretRef,
  env: NodeJS.ProcessEnv,
  path: (relative: string) => string = (relative) => relative,
): Promise<string> {
  if ('env' in ref) {
    const value = env[ref.env];
    if (value) return value;
    throw new StepError('NOT_FOUND', `The secret in the environment variable ${ref.env} is not set for the worker.`, {
      hint: `Start the worker with ${ref.env} set.`,
    });
  }
  const file = path(ref.file);
  const value = (await readSmall(file)).replace(/\r?\n$/, '');
  if (value) return value;
  throw new StepError('NOT_FOUND', `The secret file ${file} is empty.`);
}

async function readSmall(file: string): Promise<string> {
  const handle = await open(file, 'r').catch((cause: NodeJS.ErrnoException) => {
    throw new StepError('NOT_FOUND', `The secret file ${file} cannot be read (${cause.code ?? 'unknown reason'}).`);
  });
  try {
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size > LONGEST) {
      throw new StepError('BAD_INPUT', `The secret file ${file} is no file of at most 64 KiB.`);
    }
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** The stable middle of a text's base64 at each of the three places where it can begin within longer data. */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const partial = ((offset + bytes.length) * 8) % 6 === 0 ? 0 : 1;
    const middle = encoded.slice(offset === 0 ? 0 : offset + 1, encoded.length - partial);
    return middle.length < 6 ? [] : [middle, middle.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/**
 * Takes secrets out of a text: as they are, in base64 (also within longer data), URL-encoded and as JSON text.
 *
 * @param secrets resolved values; empty ones are passed over
 */
export function redact(text: string, secrets: readonly string[]): string {
  const forms = new Set(
    secrets.filter(Boolean).flatMap((secret) => {
      const url = encodeURIComponent(secret);
      const lowerUrl = url.replace(/%[0-9A-F]{2}/g, (part) => part.toLowerCase());
      const form = new URLSearchParams({ v: secret }).toString().slice(2);
      return [secret, url, lowerUrl, form, JSON.stringify(secret).slice(1, -1), ...base64Forms(secret)];
    }),
  );
  let result = text;
  for (const form of [...forms].sort((a, b) => b.length - a.length)) result = result.replaceAll(form, REDACTED);
  return result;
}
