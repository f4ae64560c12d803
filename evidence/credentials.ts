import { type FileHandle, open } from 'node:fs/promises';
import { merged, type Range } from '../model/text/ranges.js';
import { type Json, type JsonObject, jsonObjectIn } from '../model/json.js';
import { KNOWN, type NamedPattern, privateKeys, type Spot } from './credential-patterns.js';
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

interface Library {
  find(text: string): Promise<Spot[]>;
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
      return messages.map(({ range: [from, to], ruleId }) => ({
        from,
        to: to + wordEnd(content, to),
        rule: ruleId.replace(/^.*secretlint-rule-/, ''),
      }));
    },
  };
}

function wordEnd(text: string, at: number): number {
  return /^[A-Za-z0-9+/=_-]{0,200}/.exec(text.slice(at, at + 200))?.[0].length ?? 0;
}

async function spotsIn(text: string, more: readonly NamedPattern[]): Promise<Spot[]> {
  const wide = wideIn(text);
  if (wide.length === 0) return spotsInPlain(text, more);
  const { narrow, places } = withoutZeros(text, wide);
  const spots = await spotsInPlain(narrow, more);
  return spots.map(({ from, to, rule }) => ({ from: places[from] ?? 0, to: (places[to - 1] ?? 0) + 1, rule }));
}

async function spotsInPlain(text: string, more: readonly NamedPattern[]): Promise<Spot[]> {
  const { find } = await library();
  const own = [...KNOWN, ...more].flatMap(({ rule, pattern }) =>
    [...text.matchAll(pattern)].map((match): Spot => ({ from: match.index, to: match.index + match[0].length, rule })),
  );
  own.sort((a, b) => a.from - b.from);
  // Some of the library's take in the name of the key, without which a value of JSON is none any more.
  const found = (await find(text)).filter((spot) => !holdsOneOf(spot, own));
  const keys = privateKeys(text).map(([from, to]): Spot => ({ from, to, rule: 'private-key' }));
  return [...keys, ...own, ...found];
}

/** @param sorted by where they begin */
function holdsOneOf({ from, to }: Spot, sorted: readonly Spot[]): boolean {
  let low = 0;
  for (let high = sorted.length; low < high; ) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.from ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  const first = sorted[low];
  return first !== undefined && first.to <= to;
}

/** Where credentials stand in what `read` gives; one may lie within another. */
async function allSpots(read: Read, length: number, more: readonly NamedPattern[] = []): Promise<Spot[]> {
  const all: Spot[] = [];
  for (let at = 0; at < length; at += PIECE) {
    const start = Math.max(0, at - BEFORE);
    const text = await read(start, Math.min(length, at + PIECE + BEHIND));
    for (const { from, to, rule } of await spotsIn(text, more))
      if (start + from >= at && start + from < at + PIECE) all.push({ from: start + from, to: start + to, rule });
    await new Promise((resolve) => setImmediate(resolve));
  }
  return all;
}

/** The same, in order, none within another. */
async function credentialsIn(read: Read, length: number): Promise<Range[]> {
  return merged((await allSpots(read, length)).map(({ from, to }): Range => [from, to]));
}

/**
 * Where something stands in bytes that looks like a credential, in order; of those that overlap the first and longest.
 *
 * @param more what else counts as one
 */
export async function credentialSpots(bytes: Buffer, more: readonly NamedPattern[] = []): Promise<Spot[]> {
  const read: Read = (from, to) => Promise.resolve(bytes.toString('latin1', from, to));
  const spots = await allSpots(read, bytes.length, more);
  let end = 0;
  return spots
    .toSorted((a, b) => a.from - b.from || b.to - a.to)
    .filter(({ from, to }) => {
      const apart = from >= end;
      if (apart) end = to;
      return apart;
    });
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
