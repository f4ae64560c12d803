import { z } from 'zod';
import { countText } from '../../model/judge/count-text.js';
import type { Json } from '../../model/json.js';
import { numberIn } from './numbers.js';

/** How a figure is to be read. Without it: as what stands there, and a text that looks like a number is neither. */
export const asField = z
  .enum(['number', 'text'])
  .optional()
  .describe('`number`: also a text that writes one. `text`: as it is written. Without it, what stands there.');

/** The outputs of every kind that gives figures by name. */
export const figureOutputs = {
  values: z
    .record(z.string(), z.union([z.number(), z.string(), z.boolean()]))
    .describe(
      'Number, text or truth by name; a figure that is unknown is absent, so that a gate on it is inconclusive.',
    ),
  unknown: z.record(z.string(), z.string()).describe('Why a figure is unknown, by its name.'),
};

export type Scalar = number | string | boolean;

/** What a figure came to, or why it is unknown. */
export type Told = { value: Scalar } | { why: string };

/** Longest text that a figure is. */
const LONGEST = 500;
/** What stands in the place of a secret. */
const REDACTED = '[redacted]';
/** What stands in the place of a credential that nobody declared. */
const MASK = '[credential]';
/** A version such as `2.2.14`: two dots and more, which are no groups of three digits as in `1.234.567`. */
const VERSION_LIKE = /^(?!\d{1,3}(?:\.\d{3})+$)\d+(?:\.\d+){2,}$/;
/** What people and programs write for a number, and what is none here: signs, blanks, commas, NaN. */
const NUMBER_LIKE = /^\s*(?:[+-]?(?:\d[\d.,_' ]*|\.\d+)(?:e[+-]?\d+)?\s*%?|0x[0-9a-f]+|[+-]?(?:inf|infinity|nan))\s*$/i;

/**
 * One value as a figure: a number, a text or a truth. Never a number that was rounded, and never a text for a number.
 *
 * @param value as it was read exactly: a number that a double does not hold is its digits
 */
export function oneFigure(value: Json | undefined, as: 'number' | 'text' | undefined): Told {
  if (value === undefined) return { why: 'nothing is there' };
  if (value === null) return { why: 'it is null' };
  if (typeof value === 'object')
    return { why: `it is ${Array.isArray(value) ? 'a list' : 'an object'}, not one value` };
  if (typeof value === 'string' && value.includes(REDACTED)) return { why: 'a secret stood there, and was taken out' };
  if (typeof value === 'string' && value.includes(MASK)) return { why: 'a credential stood there, and was masked' };
  if (as === 'text') return textFigure(String(value));
  // Minus nothing is nothing.
  if (typeof value === 'number')
    return Number.isFinite(value) ? { value: value + 0 } : { why: `it is ${value}, no number` };
  if (as === 'number') {
    const number = numberIn(value);
    return number === undefined ? { why: `${shownValue(value)} is no number that is held exactly` } : { value: number };
  }
  if (typeof value === 'boolean') return { value };
  if (!VERSION_LIKE.test(value) && (NUMBER_LIKE.test(value) || value.trim() === '')) {
    return { why: `it is the text ${shownValue(value)}: say \`as: number\` or \`as: text\`` };
  }
  return textFigure(value);
}

function textFigure(text: string): Told {
  return text.length > LONGEST
    ? { why: `it is a text of ${text.length} characters; ${LONGEST} are given at most` }
    : { value: text };
}

/** A value as a sentence quotes it. */
export function shownValue(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** Figures as one clause of a sentence, those that are unknown with their reasons. */
export function figuresText(values: Readonly<Record<string, Json>>, unknown: Readonly<Record<string, string>>): string {
  const known = Object.entries(values).map(
    ([name, value]) => `${name} ${typeof value === 'number' ? countText(value) : String(value)}`,
  );
  const gone = Object.entries(unknown).map(([name, why]) => `${name} (${why})`);
  const parts = [known.join(', '), gone.length > 0 ? `unknown: ${gone.join(', ')}` : ''];
  return parts.filter((part) => part !== '').join('; ') || 'no figures';
}
