import { isDeepStrictEqual } from 'node:util';
import type { Capabilities } from '../../activities/step/step.js';
import { exactJsonInTurns } from './json.js';

/**
 * A text as evidence may hold it. JSON with a secret in it stays JSON: it is written anew, with its secrets taken out one
 * by one, and numbers that a double does not hold as their digits; without one it stays as it is.
 */
export async function keptText(
  text: string,
  { redact, redactIn }: Pick<Capabilities, 'redact' | 'redactIn'>,
): Promise<string> {
  const value = await exactJsonInTurns(text, 'last').catch(() => undefined);
  if (value === undefined) return redact(text);
  const kept = redactIn(value);
  // An escape may hide a secret, also in a member that another one of its name replaces.
  const untouched = kept === value || (!/\\[u/]/.test(text) && isDeepStrictEqual(kept, value));
  return untouched && redact(text) === text ? text : JSON.stringify(kept);
}
