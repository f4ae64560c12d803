import { open } from 'node:fs/promises';
import { merged, type Range } from '../command/ranges.js';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../../model/json.js';

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

/** Credentials that the kept library does not know, or not whole. Each begins with fixed letters: they run in linear time. */
const KNOWN: readonly RegExp[] = [
  /\b(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA|ANVA|ABIA|ACCA)[A-Z0-9]{16}\b/g,
  /(?<=aws_?secret_?(?:access_?)?key["']?\s{0,3}[=:]\s{0,3}["']?)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])/gi,
  /(?<!\d)\d{8,10}:AA[A-Za-z0-9_-]{32,35}(?![A-Za-z0-9_-])/g,
  /\beyJ[A-Za-z0-9_-]{10,4000}\.eyJ[A-Za-z0-9_-]{10,8000}\.[A-Za-z0-9_-]{10,2000}/g,
  /\bglpat-[A-Za-z0-9_-]{20,64}/g,
  /\b[sr]k_live_[A-Za-z0-9]{16,200}/g,
  /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g,
  /\bsk-(?:proj-|ant-|svcacct-)?[A-Za-z0-9_-]{32,200}/g,
  /\bgithub_pat_[A-Za-z0-9_]{22,200}/g,
  /(?<=\bauthorization["']?\s{0,3}:\s{0,3}["']?(?:bearer|basic|token)\s{1,3})[A-Za-z0-9._~+/=-]{16,4000}/gi,
  /(?<=\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/"'<>]{1,100}:)(?!\[redacted\]|\*)[^\s:@/"'<>]{3,200}(?=@[^\s@])/gi,
];

const KEY_BEGINS = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_ENDS = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
/** Lines of base64, also where JSON writes their ends. */
const KEY_LINES = /^(?:(?:\s|\\[rn])*[A-Za-z0-9+/=]{20,})*/;
/** Longest body of a private key: RSA with 16384 bits. */
const LONGEST_KEY = 16 * 1024;

/** Private keys, also one whose end is not there; those of the library take long where many begin and none ends. */
function privateKeys(text: string): Range[] {
  const ranges: Range[] = [];
  KEY_BEGINS.lastIndex = 0;
  for (let begins = KEY_BEGINS.exec(text); begins; begins = KEY_BEGINS.exec(text)) {
    const from = begins.index;
    KEY_ENDS.lastIndex = from;
    const ends = KEY_ENDS.exec(text.slice(0, from + LONGEST_KEY));
    const body = KEY_LINES.exec(text.slice(KEY_BEGINS.lastIndex, from + LONGEST_KEY));
    const to = ends ? ends.index + ends[0].length : KEY_BEGINS.lastIndex + (body?.[0].length ?? 0);
    ranges.push([from, to]);
    KEY_BEGINS.lastIndex = Math.max(to, KEY_BEGINS.lastIndex);
  }
  return ranges;
}

interface Library {
  find(text: string): Promise<Range[]>;
}
let loaded: Promise<Library> | undefined;

/** Loaded when the first text is looked through: it takes a fifth of a second. */
function library(): Promise<Library> {
  loaded ??= load();
  return loaded;
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

/** Where credentials stand in what `read` gives, in order, none within another. */
async function credentialsIn(read: (from: number, to: number) => Promise<string>, length: number): Promise<Range[]> {
  const all: Range[] = [];
  const { find } = await library();
  for (let at = 0; at < length; at += PIECE) {
    const start = Math.max(0, at - BEFORE);
    const text = await read(start, Math.min(length, at + PIECE + BEHIND));
    const own = KNOWN.flatMap((pattern) =>
      [...text.matchAll(pattern)].map((match): Range => [match.index, match.index + match[0].length]),
    );
    const found = [...privateKeys(text), ...own, ...(await find(text))];
    for (const [from, to] of found)
      if (start + from >= at && start + from < at + PIECE) all.push([start + from, start + to]);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return merged(all);
}

const maskOf = (length: number): string => MASK.slice(0, length).padEnd(length, '*');

/** Masks what looks like a credential that nobody declared: keys of clouds and services, tokens, private keys. */
export async function withoutCredentials(text: string): Promise<Masked> {
  const ranges = await credentialsIn((from, to) => Promise.resolve(text.slice(from, to)), text.length);
  let at = 0;
  const parts = ranges.map(([from, to]) => {
    const part = text.slice(at, from) + maskOf(to - from);
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
  const { text, credentials } = await withoutCredentials(JSON.stringify(value));
  if (credentials === 0) return { value, credentials };
  const masked = jsonOf(text);
  // What begins in one text and ends in another took what stands between: each is looked at by itself then.
  return masked === undefined ? inMembers(value) : { value: masked, credentials };
}

function jsonOf(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

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
  const { text, credentials } = await withoutCredentials(bytes.toString('latin1'));
  return { bytes: credentials === 0 ? bytes : Buffer.from(text, 'latin1'), credentials };
}

/**
 * The same in a file, piece by piece, in its place: whatever its encoding, what is known of credentials is ASCII.
 *
 * @returns how many there were
 */
export async function maskCredentials(path: string): Promise<number> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    const read = async (from: number, to: number): Promise<string> => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(to - from), 0, to - from, from);
      return buffer.toString('latin1', 0, bytesRead);
    };
    const ranges = await credentialsIn(read, size);
    for (const [from, to] of ranges) await file.write(maskOf(to - from), from, 'latin1');
    if (ranges.length > 0) await file.datasync();
    return ranges.length;
  } finally {
    await file.close();
  }
}
