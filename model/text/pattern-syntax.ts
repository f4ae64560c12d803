import { classAt, DOT, escapeAt, PatternError, type PatternProblem, refusePattern, written } from './pattern-atoms.js';

/** Places that a pattern may come to; what a count repeats counts as often as it may stand there. RE2 itself stops late. */
export const MOST_PLACES = 1000;
const MOST_REPEATS = 1000;
const MOST_DEPTH = 100;

/** A group that is open, or the whole. */
interface Level {
  /** Where its `(` stands. */
  at: number;
  size: number;
  dotAll: boolean;
  multiline: boolean;
}

interface Reading {
  source: string;
  at: number;
  text: string;
  levels: Level[];
  names: Set<string>;
  /** Size of what a `*` that follows would repeat; `done` after a repetition, undefined where nothing is. */
  last: number | 'done' | undefined;
}

const SMALLER = 'Look for a part of it, or repeat less.';
const IN_TWO = 'Write two patterns, or look for the text without its surroundings.';
const ATOMIC = 'Leave it out: no pattern goes back over its text here.';

/** What RE2 has not, by how it begins. The longer beginnings stand first. */
const REFUSED: readonly [string, string, string][] = [
  ['(?<=', '(?<=…) looks behind', IN_TWO],
  ['(?<!', '(?<!…) looks behind', IN_TWO],
  ['(?=', '(?=…) looks ahead', IN_TWO],
  ['(?!', '(?!…) looks ahead', `${IN_TWO} In an expression: a.matches(…) && !a.matches(…).`],
  ['(?>', '(?>…) is an atomic group', `${ATOMIC} Write (?:…).`],
  ['(?#', '(?#…) is a comment', 'Write it beside the pattern, with # in YAML.'],
  ['(?P=', '(?P=…) is a reference to an earlier group', 'Write what is repeated once more.'],
  ['(?P>', '(?P>…) calls a group', 'Write the group once more.'],
  ['(?&', '(?&…) calls a group', 'Write the group once more.'],
  ['(?R', '(?R) calls the pattern itself', 'Read the text with a step that knows its format.'],
  ['(?|', '(?|…) is a branch reset', 'Write (?:…).'],
  ['(?(', '(?(…)…) is a condition', 'Write both branches with |.'],
  ["(?'", "(?'…') is a name in .NET's writing", 'Write (?<name>…).'],
];

/**
 * Writes a pattern of a runbook as RE2 reads it. What people write is JavaScript's, and what is the same in all: `\uXXXX`,
 * `(?<name>…)`, `\/`, a `{` that is no count. Where engines differ in silence it is refused.
 *
 * @throws PatternError
 */
export function translated(source: string): string {
  const reading: Reading = {
    source,
    at: 0,
    text: '',
    levels: [{ at: 0, size: 0, dotAll: false, multiline: false }],
    names: new Set(),
    last: undefined,
  };
  while (reading.at < source.length) one(reading);
  const open = reading.levels.at(-1);
  if (open && reading.levels.length > 1) refusePattern('this ( has no )', open.at, 1, 'Write \\( for a parenthesis.');
  return reading.text;
}

function level({ levels }: Reading): Level {
  const top = levels.at(-1);
  if (!top) throw new PatternError({ message: 'this ) has no (', offset: 0, length: 1 });
  return top;
}

function one(reading: Reading): void {
  const { source, at } = reading;
  const character = source[at] ?? '';
  if (character === '\\') return escaped(reading);
  if (character === '[') {
    const { text, end } = classAt(source, at);
    return put(reading, text, end);
  }
  if (character === '(') return opened(reading);
  if (character === ')') return closed(reading);
  if (character === '|') return between(reading, '|', at + 1);
  if (character === '^') return between(reading, '^', at + 1);
  // A line ends with LF or CRLF, and `$` is before both; RE2 knows LF alone.
  if (character === '$') return between(reading, level(reading).multiline ? '(?:\\r?$)' : '$', at + 1);
  if (character === '.') return put(reading, level(reading).dotAll ? '.' : DOT, at + 1);
  if (/[*+?{]/.test(character) && repeated(reading)) return undefined;
  const point = source.codePointAt(at) ?? 0;
  return put(reading, written(point), at + String.fromCodePoint(point).length);
}

/** Something that takes a character. */
function put(reading: Reading, text: string, end: number, size = 1): void {
  reading.text += text;
  reading.at = end;
  reading.last = size;
  grow(reading, size);
}

/** Something that stands between characters and cannot be repeated. */
function between(reading: Reading, text: string, end: number): void {
  reading.text += text;
  reading.at = end;
  reading.last = undefined;
  grow(reading, 1);
}

function grow(reading: Reading, by: number): void {
  const top = level(reading);
  top.size += by;
  if (top.size <= MOST_PLACES) return;
  const what = `it comes to more than ${MOST_PLACES.toLocaleString('en')} places; a count multiplies what it repeats`;
  refusePattern(what, 0, reading.source.length, SMALLER);
}

function escaped(reading: Reading): void {
  const { source, at } = reading;
  const letter = source[at + 1] ?? '';
  if (/[bBAz]/.test(letter)) return between(reading, `\\${letter}`, at + 2);
  const { end, point, whole } = escapeAt(source, at);
  put(reading, whole ?? written(point ?? 0), end);
}

function opened(reading: Reading): void {
  const { source, at, levels } = reading;
  const rest = source.slice(at, at + 80);
  const refused = REFUSED.find(([start]) => rest.startsWith(start));
  if (refused) {
    const [start, what, instead] = refused;
    refusePattern(`${what}, which no pattern in linear time can`, at, start.length, instead);
  }
  const top = level(reading);
  if (levels.length > MOST_DEPTH) refusePattern(`more than ${MOST_DEPTH} groups in one another`, at, 1);
  reading.last = undefined;
  if (rest[1] !== '?') return enter(reading, '(', at + 1, { ...top, at, size: 2 });
  const name = /^\(\?P?<([A-Za-z_]\w*)>/.exec(rest);
  if (name?.[1]) {
    if (reading.names.has(name[1])) refusePattern(`two groups are named ${name[1]}`, at, name[0].length);
    reading.names.add(name[1]);
    return enter(reading, '(', at + name[0].length, { ...top, at, size: 2 });
  }
  const [whole, on = '', off = '', end] = /^\(\?([ims]*)(?:-([ims]+))?([:)])/.exec(rest) ?? [];
  if (whole === undefined || (whole === '(?)' && end === ')')) {
    const known = 'Known are (?:…), (?<name>…) and the flags (?i), (?m), (?s).';
    return refusePattern(`${/^\(\?P?<?[^)>:]?/.exec(rest)?.[0]} begins no group that is known`, at, 2, known);
  }
  const flags = {
    dotAll: (top.dotAll || on.includes('s')) && !off.includes('s'),
    multiline: (top.multiline || on.includes('m')) && !off.includes('m'),
  };
  if (end === ':') return enter(reading, whole, at + whole.length, { ...flags, at, size: 0 });
  Object.assign(top, flags);
  reading.text += whole;
  reading.at += whole.length;
  return undefined;
}

function enter(reading: Reading, text: string, end: number, inner: Level): void {
  reading.text += text;
  reading.at = end;
  reading.levels.push(inner);
}

function closed(reading: Reading): void {
  if (reading.levels.length === 1) refusePattern('this ) has no (', reading.at, 1, 'Write \\) for a parenthesis.');
  const { size } = level(reading);
  reading.levels.pop();
  put(reading, ')', reading.at + 1, size);
}

const COUNT = /^\{(\d+)(?:(,)(\d*))?\}/;

/** A `*`, `+`, `?` or count with what follows it; false for a `{` that is none and stands for itself. */
function repeated(reading: Reading): boolean {
  const { source, at, last } = reading;
  const rest = source.slice(at, at + 40);
  const count = COUNT.exec(rest);
  if (rest.startsWith('{') && !count) {
    if (/^\{,\d+\}/.test(rest)) refusePattern('{,n} is read in two ways', at, 2, 'Write {0,n}, or \\{ for a brace.');
    return false;
  }
  const sign = count?.[0] ?? rest[0] ?? '';
  if (last === undefined)
    refusePattern(`${sign} has nothing to repeat`, at, sign.length, `Write \\${sign[0]} for the character itself.`);
  if (last === 'done') refusePattern(`${sign} repeats a repetition`, at, sign.length, 'Put the first into (?:…).');
  const after = source[at + sign.length];
  if (after === '+') {
    const shown = `${sign}+`;
    refusePattern(
      `${shown} is a possessive repetition, which is not known`,
      at,
      shown.length,
      `${ATOMIC} Write ${sign}.`,
    );
  }
  grow(reading, count ? counted(reading, count, last) : 2);
  const lazy = after === '?' ? '?' : '';
  reading.text += sign + lazy;
  reading.at += sign.length + lazy.length;
  reading.last = 'done';
  return true;
}

/** What a count adds to the size. */
function counted({ at }: Reading, [whole, least = '', comma, most = '']: RegExpExecArray, size: number): number {
  const from = Number(least);
  const to = most === '' ? from : Number(most);
  if (Math.max(from, to) > MOST_REPEATS)
    refusePattern(`${whole} counts beyond ${MOST_REPEATS}`, at, whole.length, SMALLER);
  if (to < from) refusePattern(`${whole} ends before it begins`, at, whole.length, 'Put the lower number first.');
  return Math.max(0, size * (Math.max(from, to) - 1)) + (to - from) + (comma ? 2 : 0);
}

/** A problem in one line, for a sentence that goes on: `(?=…) looks ahead, at character 3. Write two patterns`. */
export function patternSentence({ message, offset, suggestion }: PatternProblem): string {
  const place = offset > 0 ? `, at character ${offset + 1}` : '';
  return `${message}${place}${suggestion === undefined ? '' : `. ${suggestion.replace(/\.$/, '')}`}`;
}
