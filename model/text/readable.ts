/**
 * What no text of people may hold: control and format characters (which rewrite what a terminal or a page shows), line
 * and paragraph separators, and halves of characters, which other readers of JSON do not take.
 */
export const READABLE = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u;
const UNREADABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu;

export function isReadable(text: string): boolean {
  return READABLE.test(text);
}

const HALF_AT_THE_END = /[\ud800-\udbff]$/;

/**
 * A text from outside, made safe to be told again: what cannot be read is a blank, and a long one is cut at a whole
 * character, with a mark. `most` counts UTF-16 units.
 */
export function readable(text: string, most: number): string {
  const cut = text.length > most;
  const kept = cut ? text.slice(0, most).replace(HALF_AT_THE_END, '') : text;
  return `${kept.replace(UNREADABLE, ' ')}${cut ? '…' : ''}`;
}
