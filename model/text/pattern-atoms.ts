/** Why a text is no pattern: one clause, the place of what is wrong in it (UTF-16 units), and what to write instead. */
export interface PatternProblem {
  message: string;
  offset: number;
  length: number;
  suggestion?: string;
}

export class PatternError extends Error {
  override readonly name = 'PatternError';
  constructor(readonly problem: PatternProblem) {
    super(problem.message);
  }
}

/** @throws PatternError */
export function refusePattern(message: string, offset: number, length: number, suggestion?: string): never {
  throw new PatternError({ message, offset, length, ...(suggestion === undefined ? {} : { suggestion }) });
}

/** What stands for one character, as RE2 writes it, and where it ends in the pattern. */
export interface Atom {
  end: number;
  /** The character, where it is one, so that a range can be made of it. */
  point?: number;
  /** A class of characters in RE2's writing: whole, and as a part of a `[…]`. */
  whole?: string;
  inner?: string;
}

/** White space as JavaScript has it; RE2's own knows five of them. */
const SPACES = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x16_80, 0x16_80],
  [0x20_00, 0x20_0a],
  [0x20_28, 0x20_29],
  [0x20_2f, 0x20_2f],
  [0x20_5f, 0x20_5f],
  [0x30_00, 0x30_00],
  [0xfe_ff, 0xfe_ff],
] as const;
const LAST_POINT = 0x10_ff_ff;

const SPACE = SPACES.map(([from, to]) => span(from, to)).join('');
const NO_SPACE = [...SPACES, [LAST_POINT + 1, 0] as const]
  .map(([from], index) => span((SPACES[index - 1]?.[1] ?? -1) + 1, from - 1))
  .join('');

const CLASSES: Readonly<Record<string, Pick<Atom, 'whole' | 'inner'>>> = {
  s: { whole: `[${SPACE}]`, inner: SPACE },
  S: { whole: `[${NO_SPACE}]`, inner: NO_SPACE },
  ...Object.fromEntries(['d', 'D', 'w', 'W'].map((name) => [name, { whole: `\\${name}`, inner: `\\${name}` }])),
};

const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };

/** The long names of Unicode's categories, which JavaScript takes and RE2 does not. */
const CATEGORIES: Readonly<Record<string, string>> = {
  Letter: 'L',
  Uppercase_Letter: 'Lu',
  Lowercase_Letter: 'Ll',
  Titlecase_Letter: 'Lt',
  Modifier_Letter: 'Lm',
  Other_Letter: 'Lo',
  Mark: 'M',
  Number: 'N',
  Decimal_Number: 'Nd',
  Letter_Number: 'Nl',
  Other_Number: 'No',
  Punctuation: 'P',
  Symbol: 'S',
  Math_Symbol: 'Sm',
  Currency_Symbol: 'Sc',
  Separator: 'Z',
  Space_Separator: 'Zs',
  Other: 'C',
  Control: 'Cc',
  Format: 'Cf',
};

/** What other engines know under a letter, and what to write here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  Z: 'Write $ or \\z for the end of the text.',
  Q: 'Escape each character with a backslash.',
  E: 'Escape each character with a backslash.',
  h: 'Write [ \\t].',
  R: 'Write (?:\\r?\\n).',
  X: 'Write a dot.',
  e: 'Write \\x1b.',
  a: 'Write \\x07.',
};

const TABLE_NAME = /^\\[pP](?:\{(\^?[A-Za-z_=]+)\}|([A-Z]))/;

/** A character in RE2's writing; letters and digits as they are, all else by its number. */
export function written(point: number): string {
  const letter = String.fromCodePoint(point);
  return /^[A-Za-z0-9]$/.test(letter) ? letter : `\\x{${point.toString(16)}}`;
}

function span(from: number, to: number): string {
  return from === to ? written(from) : `${written(from)}-${written(to)}`;
}

/** Any character but the ends of lines, as RFC 9485 has it; RE2's own dot takes a CR. */
export const DOT = '[^\\n\\r]';

/**
 * What a backslash and what follows it stand for.
 *
 * @param at the place of the backslash
 * @throws PatternError
 */
export function escapeAt(source: string, at: number): Atom {
  const letter = source[at + 1];
  if (letter === undefined) refusePattern('it ends with a backslash', at, 1, 'Write \\\\ for a backslash.');
  if (letter === 'u' || letter === 'x' || letter === 'c') return numbered(source, at, letter);
  if (letter === 'p' || letter === 'P') return property(source, at);
  const known = Object.hasOwn(CLASSES, letter) ? CLASSES[letter] : undefined;
  if (known) return { ...known, end: at + 2 };
  const control = Object.hasOwn(CONTROLS, letter) ? CONTROLS[letter] : undefined;
  if (control !== undefined) return { point: control, end: at + 2 };
  if (/[1-9k]/.test(letter)) {
    const [whole = ''] = /^\\(?:\d+|k(?:<[^>]*>)?)/.exec(source.slice(at)) ?? [];
    const out = 'Write what is repeated once more, or compare two values in the expression or step that reads them.';
    refusePattern(`${whole} is a reference to an earlier group, which takes exponential time`, at, whole.length, out);
  }
  if (letter === '0') {
    if (/\d/.test(source[at + 2] ?? ''))
      refusePattern('\\0 with a digit after it is not known', at, 3, 'Write \\x and two hexadecimal digits.');
    return { point: 0, end: at + 2 };
  }
  if (/[A-Za-z]/.test(letter)) refusePattern(`\\${letter} is not known`, at, 2, ELSEWHERE[letter]);
  const point = source.codePointAt(at + 1) ?? 0;
  return { point, end: at + 1 + String.fromCodePoint(point).length };
}

/** `\xHH`, `\x{…}`, `\uHHHH`, `\u{…}`, two of them that are halves of one character, `\cX`. */
function numbered(source: string, at: number, letter: string): Atom {
  const rest = source.slice(at, at + 16);
  const control = /^\\c([A-Za-z])/.exec(rest);
  if (control?.[1]) return { point: control[1].charCodeAt(0) % 32, end: at + 3 };
  const pair = /^\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})/.exec(rest);
  if (pair?.[1] && pair[2]) {
    const halves = String.fromCharCode(Number.parseInt(pair[1], 16), Number.parseInt(pair[2], 16));
    return { point: halves.codePointAt(0), end: at + 12 };
  }
  const one = /^\\(?:[xu]\{([0-9a-fA-F]{1,8})\}|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))/.exec(rest);
  const point = Number.parseInt(one?.[1] ?? one?.[2] ?? one?.[3] ?? '', 16);
  if (!one || !(point <= LAST_POINT))
    refusePattern(`\\${letter} without its number`, at, 2, 'Write \\xHH, \\uHHHH or \\u{…}, in hexadecimal.');
  return { point, end: at + one[0].length };
}

function property(source: string, at: number): Atom {
  const [whole, braced, single] = TABLE_NAME.exec(source.slice(at)) ?? [];
  if (whole === undefined)
    refusePattern('\\p without a name', at, 2, 'Write a category or a script: \\p{L}, \\p{Lu}, \\p{Greek}.');
  const name = (braced ?? single ?? '').replace(/^(General_Category|gc|Script|sc)=/, '');
  const text = `\\${source[at + 1]}{${Object.hasOwn(CATEGORIES, name) ? CATEGORIES[name] : name}}`;
  return { whole: text, inner: text, end: at + whole.length };
}

/**
 * A `[…]`, in RE2's writing.
 *
 * @param at the place of its `[`
 * @throws PatternError
 */
export function classAt(source: string, at: number): { text: string; end: number } {
  const negated = source[at + 1] === '^';
  const first = at + (negated ? 2 : 1);
  if (source[first] === ']') {
    const shown = source.slice(at, first + 1);
    refusePattern(`${shown} is read in two ways`, at, shown.length, 'Write \\] for a bracket, [\\s\\S] for anything.');
  }
  let text = negated ? '[^' : '[';
  let next = first;
  while (source[next] !== ']') {
    if (next >= source.length) refusePattern('this [ has no ]', at, 1, 'Write \\[ for a bracket.');
    const item = itemAt(source, next);
    const last = isRange(source, item.end) && item.point !== undefined ? itemAt(source, item.end + 1) : undefined;
    if (last?.point !== undefined && item.point !== undefined) {
      if (last.point < item.point)
        refusePattern('this range ends before it begins', next, last.end - next, 'Put the lower one first.');
      text += span(item.point, last.point);
      next = last.end;
    } else {
      text += item.inner ?? written(item.point ?? 0);
      next = item.end;
    }
  }
  return { text: `${text}]`, end: next + 1 };
}

function isRange(source: string, at: number): boolean {
  return source[at] === '-' && at + 1 < source.length && source[at + 1] !== ']';
}

const POSIX = /^\[:\^?(alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit):\]/;

function itemAt(source: string, at: number): Atom {
  const [posix] = POSIX.exec(source.slice(at)) ?? [];
  if (posix !== undefined) return { inner: posix, end: at + posix.length };
  if (source[at] === '\\') return source[at + 1] === 'b' ? { point: 8, end: at + 2 } : escapeAt(source, at);
  const point = source.codePointAt(at) ?? 0;
  return { point, end: at + String.fromCodePoint(point).length };
}
