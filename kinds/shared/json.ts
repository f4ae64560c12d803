import { parse } from 'lossless-json';
import { type Json, parseJson } from '../../model/json.js';
import { isExact } from './numbers.js';

/** Only a text like this can hold a number that a double does not: more than 15 digits, or a large exponent. */
const MAY_BE_INEXACT = /[\d.]{16}|[eE][+-]?\d{3}/;

/**
 * The JSON of a text, exact: a number that a double does not hold stays its digits, as text. Of members of one name the
 * last counts, and a member `__proto__` is one like others.
 *
 * @throws SyntaxError when the text is no JSON, or is nested deeper than can be read
 */
export function exactJson(text: string): Json {
  const value = parseJson(text);
  if (!MAY_BE_INEXACT.test(text)) return value;
  try {
    return parse(text, undefined, {
      parseNumber: (digits) => (isExact(digits) ? Number(digits) : digits),
      onDuplicateKey: ({ newValue }) => newValue,
    }) as Json;
  } catch (cause) {
    throw new SyntaxError('it is nested too deep', { cause });
  }
}

/**
 * The JSON that a text holds; undefined when it is none.
 *
 * @param read how: as programs do, or exactly
 */
export function jsonIn(text: string, read: (text: string) => Json = parseJson): Json | undefined {
  try {
    return read(text);
  } catch {
    return undefined;
  }
}
