import { isDeepStrictEqual } from 'node:util';
import { type Json, parseJson } from '../../model/json.js';
import type { Capabilities } from '../../activities/step/step.js';

/** The JSON that a text holds; undefined when it is none. */
export function jsonIn(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/**
 * A text as evidence may hold it. JSON with a secret in it stays JSON: it is written anew, with its secrets taken out one
 * by one; without one it stays as it is.
 */
export function keptText(text: string, { redact, redactIn }: Pick<Capabilities, 'redact' | 'redactIn'>): string {
  const value = jsonIn(text);
  if (value === undefined) return redact(text);
  const kept = redactIn(value);
  // An escape may hide a secret, also in a member that another one of its name replaces.
  const untouched = kept === value || (!/\\[u/]/.test(text) && isDeepStrictEqual(kept, value));
  return untouched && redact(text) === text ? text : JSON.stringify(kept);
}
