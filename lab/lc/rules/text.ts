import { distance } from 'fastest-levenshtein';
import type { ReadPath } from './types.js';

/** The line that a scanner's text layer puts in front of each page. */
const SCAN_MARK = /^-{2,}\s*page \d+ of \d+ \(scanned[^)]*\)\s*-{2,}\s*$/i;

export function readPath(text: string): ReadPath {
  return text.split('\n').some((line) => SCAN_MARK.test(line)) ? 'ocr' : 'text';
}

/** Lines of a page without scanner marks; words hyphenated over a line end are put together again. */
export function pageLines(text: string): string[] {
  const plain = text
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .filter((line) => !SCAN_MARK.test(line))
    .join('\n');
  return plain.replace(/([A-Za-z])-\n[ \t]*([A-Za-z])/g, '$1$2').split('\n');
}

const AS_DIGIT: Record<string, string> = { O: '0', o: '0', Q: '0', I: '1', l: '1', '|': '1', Z: '2', S: '5', B: '8' };

/** Reads look-alike letters as digits. Only for places where nothing but a number can stand. */
export function digits(text: string): string {
  return text.replace(/[OoQIl|ZSB]/g, (character) => AS_DIGIT[character] ?? character);
}

const SHORT_FORMS: [RegExp, string][] = [
  [/\bLTD\b\.?/g, 'LIMITED'],
  [/\bCO\b\.?/g, 'COMPANY'],
  [/\bCORP\b\.?/g, 'CORPORATION'],
  [/\bINTL\b\.?/g, 'INTERNATIONAL'],
  [/&/g, ' AND '],
];

/** Wording without case, accents, spacing, punctuation and the usual short forms of firms' names. */
export function wording(text: string): string {
  let upper = text.normalize('NFKD').toUpperCase();
  for (const [form, full] of SHORT_FORMS) upper = upper.replace(form, full);
  return upper.replace(/[^A-Z0-9]/g, '');
}

const LOOKS: Record<string, string> = { '0': 'O', Q: 'O', '1': 'I', L: 'I', '5': 'S', '8': 'B', '2': 'Z' };

/** `wording` with characters that OCR takes for one another made one. */
export function shape(text: string): string {
  // A lower-case l or a bar is a misread capital I before it is anything else on these upper-case forms.
  return wording(text.replace(/[l|]/g, 'I')).replace(/[0Q1L582]/g, (character) => LOOKS[character] ?? character);
}

/** 1 = same, 0 = nothing in common: one minus the edit distance over the longer length. */
export function likeness(a: string, b: string): number {
  const longest = Math.max(a.length, b.length);
  return longest === 0 ? 1 : 1 - distance(a, b) / longest;
}

export type Agreement = 'same' | 'typo' | 'different';

/** From this likeness on, a difference is taken for a slip of the pen. */
const TYPO_LIKENESS = 0.88;

/** Compares two wordings; on scanned pages look-alike characters count as equal. */
export function agreement(a: string, b: string, scanned: boolean): Agreement {
  const [left, right] = scanned ? [shape(a), shape(b)] : [wording(a), wording(b)];
  if (left === right) return 'same';
  return likeness(left, right) >= TYPO_LIKENESS ? 'typo' : 'different';
}

/** Where `needle` stands in `hay` with few misread characters, or -1. Both are `shape`s. */
export function findNear(hay: string, needle: string): number {
  const exact = hay.indexOf(needle);
  if (exact >= 0) return exact;
  const allowed = needle.length >= 9 ? 2 : 1;
  for (let at = 0; at + needle.length - allowed <= hay.length; at += 1) {
    if (distance(hay.slice(at, at + needle.length), needle) <= allowed) return at;
  }
  return -1;
}
