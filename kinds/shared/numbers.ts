import { compareNumber } from 'lossless-json';
import type { Json } from '../../model/json.js';

/** As JSON writes a number (RFC 8259, 6): no sign +, no leading zeros, no blanks, no 0x, no Infinity. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** Longer ones are no figures; to compare their digits would only take time. */
const LONGEST = 1000;

/** Whether a double holds a number of JSON: written out again, it is the same. */
export function isExact(digits: string): boolean {
  const number = Number(digits);
  return digits.length <= LONGEST && Number.isFinite(number) && compareNumber(String(number), digits) === 0;
}

/** The number of a value: a JSON number, or a text of one that a double holds exactly. Anything else is none. */
export function numberIn(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  return typeof value === 'string' && NUMBER.test(value) && isExact(value) ? Number(value) : undefined;
}
