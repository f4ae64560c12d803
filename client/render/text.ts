import { stripVTControlCharacters } from 'node:util';

/**
 * Text from outside made safe for one line of a terminal: escape sequences, control, format and bidirectional
 * characters go, white space becomes single spaces, and it ends after `limit` characters.
 */
export function clean(text: string, limit = 2000): string {
  const line = stripVTControlCharacters(text)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\p{Cf}\p{Co}\p{Cs}\p{Cn}]+/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
  const points = [...line];
  return points.length > limit ? `${points.slice(0, limit - 1).join('')}…` : line;
}

/** Like `clean`, and keeps the line breaks. */
export function cleanLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.match(/^ */)?.[0] + clean(line))
    .join('\n');
}

const ESC = '\u001B';
/** The colour sequences of style.ts; foreign text has none left. */
const SGR = `${ESC}\\[[0-9;]*m`;
const ESCAPE = new RegExp(SGR, 'y');
const ESCAPES = new RegExp(SGR, 'g');
const ZERO = /^[\p{M}\u200B-\u200D\uFE0E\uFE0F]+$/u;
/** East Asian wide and fullwidth blocks, and characters that terminals draw as emoji (Unicode UAX #11, UTS #51). */
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/u;

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const ASCII = /^[\x20-\x7E]*$/;

function cells(grapheme: string): number {
  if (ZERO.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}

/** How many columns a text takes on a terminal; our own colour sequences take none. */
export function width(text: string): number {
  const bare = text.replace(ESCAPES, '');
  if (ASCII.test(bare)) return bare.length;
  let sum = 0;
  for (const { segment } of segmenter.segment(bare)) sum += cells(segment);
  return sum;
}

/** The text cut to `columns`, with `…` where something was cut; colours stay balanced. */
export function fit(text: string, columns: number): string {
  if (columns <= 0) return '';
  if (width(text) <= columns) return text;
  let out = '';
  let used = 0;
  let at = 0;
  let cut = false;
  while (at < text.length) {
    ESCAPE.lastIndex = at;
    const escape = ESCAPE.exec(text)?.[0];
    if (escape !== undefined) {
      out += escape;
      at += escape.length;
      continue;
    }
    const next = text.indexOf(ESC, at);
    const run = text.slice(at, next === -1 ? undefined : next);
    at += run.length;
    if (cut) continue;
    for (const { segment } of segmenter.segment(run)) {
      if (used + cells(segment) > columns - 1) {
        out += '…';
        cut = true;
        break;
      }
      out += segment;
      used += cells(segment);
    }
  }
  return out;
}

/** Cut or filled with spaces to exactly `columns`. */
export function pad(text: string, columns: number): string {
  const cut = fit(text, columns);
  return cut + ' '.repeat(Math.max(0, columns - width(cut)));
}

/** Left part and right part on one line; the left is cut when both do not fit. */
export function spread(left: string, right: string, columns: number): string {
  const room = columns - width(right) - 2;
  if (room < 10) return fit(left, columns);
  return `${pad(left, room)}  ${right}`;
}

/** Pieces set side by side, three spaces apart, broken into lines of at most `columns`. */
export function flow(pieces: readonly string[], columns: number, gap = '   '): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces) {
    if (line === '') line = piece;
    else if (width(line) + gap.length + width(piece) <= columns) line += gap + piece;
    else {
      lines.push(line);
      line = piece;
    }
  }
  if (line !== '') lines.push(line);
  return lines.map((one) => fit(one, columns));
}

/** Words broken into lines of at most `columns`. */
export function wrap(text: string, columns: number): string[] {
  return flow(text.split(' '), Math.max(10, columns), ' ');
}
