import { type Json, parseJson } from '../../model/json.js';

/** Bytes of base64 text; undefined unless it is the one spelling of them (Node's own decoder takes many). */
export function strictBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** Text of UTF-8 bytes; undefined when they are not. */
export function strictText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * The value of a JSON text, if it is written as `JSON.stringify` writes it: so no key stands twice, nothing has a second
 * spelling, and what is parsed is what was hashed.
 */
export function strictJson(text: string, indent?: number): Json | undefined {
  try {
    const value = parseJson(text);
    return JSON.stringify(value, null, indent) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether an object has these keys and no other. */
export function hasExactly(value: unknown, keys: readonly string[]): value is Record<string, Json> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const own = Object.keys(value).toSorted();
  return own.length === keys.length && keys.toSorted().every((key, index) => key === own[index]);
}
