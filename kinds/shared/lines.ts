import { type Account, countUnreadable, nothingRead } from './reading.js';
import { decoded, type Encoding, type Opening, OPENING_BYTES, openingOf, textIn } from './text.js';

/** Longest line that is read, in bytes; a longer one is unreadable, and nothing of it is kept. */
export const LONGEST_LINE = 8 * 1024 * 1024;

export interface LinesOptions {
  /** Bytes of the longest line. */
  longest?: number;
  /** `held`: a last line without an end may go on, so it is left out; by default it counts. */
  partial?: 'counts' | 'held';
  /** How the text began, for bytes from the middle of it. */
  opening?: Opening;
  /** Encoding of a text without a byte order mark. */
  encoding?: Encoding;
}

export interface Line {
  text: string;
  /** From 1. */
  number: number;
  /** It has a line end: what is still written has none. */
  ended: boolean;
}

export interface LinesAccount extends Account {
  /** Zero bytes that lines began with; of the first line, as the hole that a truncated log begins with, they are taken away. */
  zeros: number;
}

/**
 * What a line came to: nothing when it was looked at, else that it was left out, or why it says nothing.
 */
export type Seen = undefined | 'left out' | { problem: string };

/** Takes the bytes of a text as they come, and accounts for all its lines at the end. */
export interface LineReader {
  push(bytes: Uint8Array): void;
  end(): LinesAccount;
}

const NEWLINE = 0x0a;

/**
 * Reads lines: they end with LF or CRLF and nothing else. Bytes that are no text, zero bytes but those that the
 * text begins with, and a line that is too long make it unreadable; none is left out in silence.
 *
 * @param visit is given each line that can be read
 * @param lost is told of each that cannot, with what of it is text: what is found there is found
 * @throws ReadingError for UTF-32
 */
export function lineReader(
  options: LinesOptions,
  visit: (line: Line) => Seen,
  lost: (line: Line) => void = () => undefined,
): LineReader {
  const account: LinesAccount = { ...nothingRead(), zeros: 0 };
  let number = 0;
  const unreadable = (why: string, text: string, ended: boolean): void => {
    countUnreadable(account, `line ${number} ${why}`);
    lost({ text, number, ended });
  };
  const take = (line: RawLine, ended: boolean, opening: Opening): void => {
    number += 1;
    account.zeros += line.zeros;
    const text = readLine(line, opening.encoding);
    if (typeof text !== 'string') {
      unreadable(text.problem, text.rest, ended);
      return;
    }
    // Elsewhere than at the beginning of a text, zeros are what a crash left of lines.
    if (line.zeros > 0 && (number > 1 || text === '')) {
      unreadable('holds zero bytes', text, ended);
      return;
    }
    const seen = visit({ text, number, ended });
    if (seen === undefined) account.looked += 1;
    else if (seen === 'left out') account.leftOut += 1;
    else unreadable(seen.problem, text, ended);
  };
  const last = (line: RawLine, opening: Opening): void => {
    if (line.length + line.zeros === 0) return;
    if (options.partial === 'held') account.leftOut += 1;
    else take(line, false, opening);
  };
  const raw = rawLines(options, (line, opening) => take(line, true, opening), last);
  return {
    push: raw.push,
    end: () => {
      raw.end();
      return account;
    },
  };
}

/** A line in bytes, less its LF and the zeros that it began with. */
interface RawLine {
  pieces: Uint8Array[];
  /** Bytes, also of a line that is too long to be kept. */
  length: number;
  zeros: number;
  tooLong: boolean;
}

function readLine(line: RawLine, encoding: Encoding): string | { problem: string; rest: string } {
  if (line.tooLong) return { problem: `has ${line.length} bytes, too many to be read`, rest: '' };
  const [first = new Uint8Array()] = line.pieces;
  const bytes = line.pieces.length === 1 ? first : Buffer.concat(line.pieces);
  const text = decoded(bytes, encoding);
  if (text === undefined) return { problem: 'holds bytes that are no text', rest: textIn(bytes, encoding) };
  const body = text.endsWith('\r') ? text.slice(0, -1) : text;
  return body.includes('\0') ? { problem: 'holds zero bytes', rest: body.replaceAll('\0', '') } : body;
}

/** Cuts bytes at LF, in units of one byte or two. */
function rawLines(
  { longest = LONGEST_LINE, opening, encoding }: LinesOptions,
  take: (line: RawLine, opening: Opening) => void,
  last: (line: RawLine, opening: Opening) => void,
): { push(bytes: Uint8Array): void; end(): void } {
  const fresh = (): RawLine => ({ pieces: [], length: 0, zeros: 0, tooLong: false });
  let line = fresh();
  let known = opening;
  /** Bytes that wait for the rest of the byte order mark, or of a unit. */
  let waiting: Uint8Array = new Uint8Array();
  const cut = (bytes: Uint8Array, began: Opening): void => {
    const width = began.encoding.startsWith('utf-16') ? 2 : 1;
    let from = 0;
    for (;;) {
      const at = newlineIn(bytes, from, began.encoding);
      append(line, bytes.subarray(from, at < 0 ? bytes.length : at), width, longest);
      if (at < 0) return;
      take(line, began);
      line = fresh();
      from = at + width;
    }
  };
  const push = (bytes: Uint8Array, ending = false): void => {
    const all = waiting.length > 0 ? Buffer.concat([waiting, bytes]) : bytes;
    if (known === undefined && all.length < OPENING_BYTES && !ending) {
      waiting = all;
      return;
    }
    const skip = known === undefined ? (known = openingOf(all, encoding)).mark : 0;
    const odd = known.encoding.startsWith('utf-16') && !ending ? (all.length - skip) % 2 : 0;
    waiting = all.subarray(all.length - odd);
    cut(all.subarray(skip, all.length - odd), known);
  };
  return {
    push: (bytes) => push(bytes),
    end: () => {
      push(new Uint8Array(), true);
      if (known) last(line, known);
    },
  };
}

/** The place of the next LF; -1 without one. Bytes begin with a whole unit. */
export function newlineIn(bytes: Uint8Array, from: number, encoding: Encoding): number {
  if (!encoding.startsWith('utf-16')) return bytes.indexOf(NEWLINE, from);
  const high = encoding === 'utf-16be' ? 0 : 1;
  for (let at = bytes.indexOf(NEWLINE, from); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) {
    const unit = at - (at % 2);
    if (at % 2 === 1 - high && bytes[unit + high] === 0) return unit;
  }
  return -1;
}

/** Adds bytes to a line; zeros that it begins with are counted and not kept. */
function append(line: RawLine, bytes: Uint8Array, width: number, longest: number): void {
  let from = 0;
  if (line.length === 0) {
    const isZero = (at: number): boolean => bytes[at] === 0 && (width === 1 || bytes[at + 1] === 0);
    while (from + width <= bytes.length && isZero(from)) from += width;
    line.zeros += from;
  }
  if (from === bytes.length) return;
  line.length += bytes.length - from;
  if (line.length > longest) line.tooLong = true;
  if (line.tooLong) line.pieces = [];
  else line.pieces.push(bytes.subarray(from));
}
