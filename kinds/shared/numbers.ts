import { compareNumber } from 'lossless-json';
import type { Json } from '../../model/json.js';

/** As JSON writes a number (RFC 8259, 6): no sign +, no leading zeros, no blanks, no 0x, no Infinity. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** Longer ones are no figures; to compare their digits would only take time. */
const LONGEST = 1000;
/** So many digits tell every double from the next one, and programs print as many (`%.17g`). */
const DIGITS_OF_DOUBLE = 17;

/**
 * Whether a double holds a number of JSON: written out again, shortly or with as many digits, it is the same. What is
 * larger than a double counts by ones (2^53) may be an id, and must be the same as it is written shortly.
 */
export function isExact(digits: string): boolean {
  if (digits.length > LONGEST) return false;
  const number = Number(digits);
  if (!Number.isFinite(number)) return false;
  if (compareNumber(String(number), digits) === 0) return true;
  const written = significantDigits(digits);
  if (written > DIGITS_OF_DOUBLE || Math.abs(number) > Number.MAX_SAFE_INTEGER) return false;
  return number !== 0 && compareNumber(number.toPrecision(written), digits) === 0;
}

function significantDigits(digits: string): number {
  const [mantissa = ''] = digits.split(/[eE]/);
  return Math.max(1, mantissa.replace(/[-.]/g, '').replace(/^0+|0+$/g, '').length);
}

/** The number of a value: a JSON number, or a text of one that a double holds exactly. Anything else is none. */
export function numberIn(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  return typeof value === 'string' && NUMBER.test(value) && isExact(value) ? Number(value) : undefined;
}
