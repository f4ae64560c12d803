import { type FileHandle, open } from 'node:fs/promises';
import { merged, type Range } from '../model/text/ranges.js';
import { type Json, type JsonObject, jsonObjectIn } from '../model/json.js';
import { wideIn, withoutZeros } from './wide-text.js';

/** What stands where a credential was, filled up to its length. */
const MASK = '[credential]';
/** Looked through at once: nothing else of the worker waits for longer than one takes. */
const PIECE = 256 * 1024;
/** What is seen before a piece, which says what stands at its beginning, and behind it, for what begins at its end. */
const BEFORE = 1024;
const BEHIND = 20 * 1024;

/** A text without its credentials, and how many there were. */
export interface Masked {
  text: string;
  credentials: number;
}

/**
 * What may stand before a credential: no letter and no digit, unless they end an escape of JSON or a URL, or a colour.
 * Each says how it begins: they run in linear time.
 */
const BEFORE_IT = String.raw`(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf])|(?<=\\u[\da-fA-F]{4})|(?<=%[\da-fA-F]{2})|(?<=\x1b\[[\d;]{0,20}m))`;
/** What stands before it is looked at behind its first letters, which the engine finds fast. */
const credential = (begins: string, rest: string): RegExp =>
  new RegExp(`${begins}(?<=${BEFORE_IT}${begins})${rest}`, 'g');

/** Credentials that the kept library does not know, not whole, or not behind an escape. */
const KNOWN: readonly RegExp[] = [
  credential('A(?:KIA|SIA|GPA|IDA|ROA|NPA|NVA|BIA|CCA)', '[A-Z0-9]{16}(?![A-Z0-9])'),
  /(?<=aws_?secret_?(?:access_?)?key\\{0,8}["']?\s{0,3}(?:[=:]|%3D|%3A|\\u003d)\s{0,3}\\{0,8}["']?)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])/gi,
  /(?<!\d)\d{8,10}:AA[A-Za-z0-9_-]{32,35}(?![A-Za-z0-9_-])/g,
  credential('eyJ', String.raw`[A-Za-z0-9_-]{10,4000}\.eyJ[A-Za-z0-9_-]{10,8000}\.[A-Za-z0-9_-]{10,2000}`),
  credential('gh[pousr]_', '[A-Za-z0-9]{36,255}'),
  credential('github_pat_', '[A-Za-z0-9_]{22,200}'),
  credential('glpat-', '[A-Za-z0-9_-]{20,64}'),
  credential('npm_', '[A-Za-z0-9]{36}'),
  credential('xox[abeoprs]-', '[A-Za-z0-9-]{20,200}'),
  credential('[sr]k_live_', '[A-Za-z0-9]{16,200}'),
  credential('AIza', '[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])'),
  credential('sk-', '(?:proj-|ant-|svcacct-)?[A-Za-z0-9_-]{32,200}'),
  /(?<=\bauthorization\\{0,8}["']?\s{0,3}[:=]\s{0,3}\\{0,8}["']?(?:bearer|basic|token)(?:\s|%20|\+){1,3})[A-Za-z0-9._~+/=-]{16,4000}/gi,
  // The password of an address; what stands behind the port of one without a password is none.
  /(?<=\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/"'<>[]{0,100}:)(?!\[redacted\]|\*|\d{1,5}(?:[/?#'",\s]|$))[^\s@"<>]{3,200}(?=@[^\s@])/gi,
];

const KEY_BEGINS = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_ENDS = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
/** Where a line ends, also where JSON writes it. */
const LINE_ENDS = /(?:\r?\n|(?:\\+r)?\\+n)/;
/** A line of a key whose end is not there: base64, also behind what a log puts before it; a header; nothing. */
const KEY_LINE = /[A-Za-z0-9+/]{32,}={0,2}|^[\s|>:-]*[A-Za-z0-9+/]{20,}={0,2}|^[\s|>:-]*[A-Za-z0-9+/]{4,}={0,2}\s*$/;
const KEY_HEADER = /^.{0,60}?(?:Proc-Type|DEK-Info|Version|Comment): |^[\s|>:-]*$/;
/** Longest body of a private key: RSA with 16384 bits. */
const LONGEST_KEY = 16 * 1024;

/** Private keys, also one whose end is not there; those of the library take long where many begin and none ends. */
function privateKeys(text: string): Range[] {
  const ranges: Range[] = [];
  KEY_BEGINS.lastIndex = 0;
  for (let begins = KEY_BEGINS.exec(text); begins; begins = KEY_BEGINS.exec(text)) {
    const from = begins.index;
    const body = KEY_BEGINS.lastIndex;
    KEY_ENDS.lastIndex = body;
    const ends = KEY_ENDS.exec(text.slice(0, from + LONGEST_KEY));
    const to = ends ? ends.index + ends[0].length : body + bodyLength(text.slice(body, from + LONGEST_KEY));
    ranges.push([from, to]);
    KEY_BEGINS.lastIndex = Math.max(to, KEY_BEGINS.lastIndex);
  }
  return ranges;
}

/** How far the lines of a key go that does not end. */
function bodyLength(text: string): number {
  let length = 0;
  for (let at = 0; at < text.length; ) {
    const end = LINE_ENDS.exec(text.slice(at, at + 1024));
    const line = text.slice(at, at + (end?.index ?? 1024));
    const key = KEY_LINE.exec(line);
    if (key) length = at + key.index + key[0].length;
    else if (!KEY_HEADER.test(line)) break;
    at += line.length + (end?.[0].length ?? 0);
    if (!end) break;
  }
  return length;
}

interface Library {
  find(text: string): Promise<Range[]>;
}
let loaded: Promise<Library> | undefined;

/** Loaded when the first text is looked through, or before: it takes a fifth of a second. Without it nothing is told. */
function library(): Promise<Library> {
  loaded ??= load();
  return loaded;
}

/** Loads what finds credentials while a worker waits for its first step. Where it cannot be, that step says so. */
export function readyForCredentials(): void {
  library().catch(() => undefined);
}

async function load(): Promise<Library> {
  const { lintSource } = await import('@secretlint/core');
  const { secretLintProfiler } = await import('@secretlint/profiler');
  // It keeps every mark of every text for good, and walks through all of them at each: a worker lives for weeks.
  secretLintProfiler.mark = () => undefined;
  const { rules } = await import('@secretlint/secretlint-rule-preset-recommend');
  type Config = Parameters<typeof lintSource>[0]['options']['config'];
  const config: Config = {
    rules: rules
      // A line of a log that says `secretlint-disable` would switch all off.
      .filter(({ meta }) => !meta.id.includes('filter-comments') && !meta.id.includes('privatekey'))
      .map((rule) => ({ id: rule.meta.id, rule, options: {} })),
  };
  return {
    find: async (content) => {
      const source = { filePath: 'evidence.txt', content, ext: '.txt', contentType: 'text' as const };
      const { messages } = await lintSource({ source, options: { config, noPhysicFilePath: true } });
      // Some of its ranges end before the credential does: it goes to the end of the word.
      return messages.map(({ range: [from, to] }): Range => [from, to + wordEnd(content, to)]);
    },
  };
}

function wordEnd(text: string, at: number): number {
  return /^[A-Za-z0-9+/=_-]{0,200}/.exec(text.slice(at, at + 200))?.[0].length ?? 0;
}

async function rangesIn(text: string): Promise<Range[]> {
  const wide = wideIn(text);
  if (wide.length === 0) return rangesInPlain(text);
  const { narrow, places } = withoutZeros(text, wide);
  const ranges = await rangesInPlain(narrow);
  return ranges.map(([from, to]): Range => [places[from] ?? 0, (places[to - 1] ?? 0) + 1]);
}

async function rangesInPlain(text: string): Promise<Range[]> {
  const { find } = await library();
  const own = KNOWN.flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match): Range => [match.index, match.index + match[0].length]),
  );
  own.sort(([a], [b]) => a - b);
  // Some of the library's take in the name of the key, without which a value of JSON is none any more.
  const found = (await find(text)).filter((range) => !holdsOneOf(range, own));
  return [...privateKeys(text), ...own, ...found];
}

/** @param sorted by where they begin */
function holdsOneOf([from, to]: Range, sorted: readonly Range[]): boolean {
  let low = 0;
  for (let high = sorted.length; low < high; ) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.[0] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  const first = sorted[low];
  return first !== undefined && first[1] <= to;
}

/** Where credentials stand in what `read` gives, in order, none within another. */
async function credentialsIn(read: (from: number, to: number) => Promise<string>, length: number): Promise<Range[]> {
  const all: Range[] = [];
  for (let at = 0; at < length; at += PIECE) {
    const start = Math.max(0, at - BEFORE);
    const text = await read(start, Math.min(length, at + PIECE + BEHIND));
    const found = await rangesIn(text);
    for (const [from, to] of found)
      if (start + from >= at && start + from < at + PIECE) all.push([start + from, start + to]);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return merged(all);
}

/** As long as what it masks; the zeros of UTF-16 stay. */
function maskOf(part: string): string {
  return part.includes('\0') ? part.replace(/[^\0]/g, '*') : MASK.slice(0, part.length).padEnd(part.length, '*');
}

/** Masks what looks like a credential that nobody declared: keys of clouds and services, tokens, private keys. */
export async function withoutCredentials(text: string): Promise<Masked> {
  const ranges = await credentialsIn((from, to) => Promise.resolve(text.slice(from, to)), text.length);
  let at = 0;
  const parts = ranges.map(([from, to]) => {
    const part = text.slice(at, from) + maskOf(text.slice(from, to));
    at = to;
    return part;
  });
  return { text: parts.join('') + text.slice(at), credentials: ranges.length };
}

/** A value without its credentials, and how many there were. */
export interface MaskedValue {
  value: JsonObject;
  credentials: number;
}

/** The same in a value, whose names say what their texts are. */
export async function withoutCredentialsIn(value: JsonObject): Promise<MaskedValue> {
  const whole = JSON.stringify(value);
  const { text, credentials } = await withoutCredentials(whole);
  if (credentials === 0) return { value, credentials };
  const masked = jsonObjectIn(text);
  // What begins in one text and ends in another took what stands between: each is looked at by itself then.
  return masked === undefined || quotesIn(text) < quotesIn(whole) ? inMembers(value) : { value: masked, credentials };
}

const quotesIn = (text: string): number => text.split('"').length;

async function inMembers(value: JsonObject): Promise<MaskedValue> {
  const members: [string, Json][] = [];
  let credentials = 0;
  const inEach = async (item: Json): Promise<Json> => {
    if (typeof item === 'string') {
      const masked = await withoutCredentials(item);
      credentials += masked.credentials;
      return masked.text;
    }
    if (item === null || typeof item !== 'object') return item;
    if (!Array.isArray(item)) {
      const inside = await inMembers(item);
      credentials += inside.credentials;
      return inside.value;
    }
    const items: Json[] = [];
    for (const one of item) items.push(await inEach(one));
    return items;
  };
  for (const [name, item] of Object.entries(value)) members.push([name, await inEach(item)]);
  return { value: Object.fromEntries(members), credentials };
}

/**
 * The same in the bytes of a file, whatever its encoding: what is known of credentials is ASCII. They stay as many.
 */
export async function bytesWithoutCredentials(bytes: Buffer): Promise<{ bytes: Buffer; credentials: number }> {
  const read = (from: number, to: number): string => bytes.toString('latin1', from, to);
  const ranges = await credentialsIn((from, to) => Promise.resolve(read(from, to)), bytes.length);
  if (ranges.length === 0) return { bytes, credentials: 0 };
  const masked = Buffer.from(bytes);
  for (const [from, to] of ranges) masked.write(maskOf(read(from, to)), from, 'latin1');
  return { bytes: masked, credentials: ranges.length };
}

/**
 * The same in a file, piece by piece, in its place: whatever its encoding, what is known of credentials is ASCII.
 *
 * @returns how many there were
 */
export function maskCredentials(path: string): Promise<number> {
  return withFile(path, 'r+', async (file, read, size) => {
    const ranges = await credentialsIn(read, size);
    for (const [from, to] of ranges) await file.write(maskOf(await read(from, to)), from, 'latin1');
    if (ranges.length > 0) await file.datasync();
    return ranges.length;
  });
}

/** How many there are in a file, which stays as it is. */
export function countCredentials(path: string): Promise<number> {
  return withFile(path, 'r', async (_, read, size) => (await credentialsIn(read, size)).length);
}

type Read = (from: number, to: number) => Promise<string>;

async function withFile<T>(
  path: string,
  flags: string,
  work: (file: FileHandle, read: Read, size: number) => Promise<T>,
): Promise<T> {
  const file = await open(path, flags);
  try {
    const { size } = await file.stat();
    const read: Read = async (from, to) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(to - from), 0, to - from, from);
      return buffer.toString('latin1', 0, bytesRead);
    };
    return await work(file, read, size);
  } finally {
    await file.close();
  }
}
