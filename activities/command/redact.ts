import type { Json, JsonObject } from '../../model/json.js';
import { merged, type Range } from '../../model/text/ranges.js';
import { base64View, hexView, type View, viewsOf } from './spellings.js';

export const REDACTED = '[redacted]';
/** What is looked for by itself of a longer secret: shorter pieces are words like others. */
const SHORTEST_PART = 8;
/** Shorter middles of base64 stand in innocent texts. */
const SHORTEST_BASE64 = 6;
/** Bytes before what is searched that say how it is spelled: a run of backslashes. */
const CONTEXT = 256;
/** Longer texts are searched in pieces. */
const PIECE = 256 * 1024;

/** A text to look for. */
interface Needle {
  bytes: Buffer;
  /** How far it can be moved to meet itself again. */
  step: number;
}

/** What is looked for in what a text says, in its base64 and in its hex. */
interface Needles {
  plain: Needle[];
  base64: Needle[];
  hex: Needle[];
  /** A secret holds a blank, which forms write as a plus. */
  forms: boolean;
}

/** The stable middle of the base64 of bytes at each of the three places where they can begin within longer data. */
function base64Forms(bytes: Buffer): Buffer[] {
  const middles = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const partial = ((offset + bytes.length) * 8) % 6 === 0 ? 0 : 1;
    return encoded.slice(offset === 0 ? 0 : offset + 1, encoded.length - partial);
  });
  const whole = bytes.toString('base64').replace(/=+$/, '');
  return [whole, ...middles].filter((text) => text.length >= SHORTEST_BASE64).map((text) => Buffer.from(text));
}

/** How a secret stands in what is then encoded as a whole: JSON, a URL, UTF-16 as PowerShell wants it. */
function encodedForms(secret: string): Buffer[] {
  const url = encodeURIComponent(Buffer.from(secret).toString());
  const written = [secret, JSON.stringify(secret).slice(1, -1), url].map((text) => Buffer.from(text));
  return [...written, Buffer.from(secret, 'utf16le')];
}

/** What gives a secret away by itself: its long lines, itself less blanks around it, and the password of an address. */
function partsOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/);
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^:@/]*:(.+)@/is.exec(secret)?.[1];
  const parts = [
    ...(lines.length > 1 ? lines : []),
    ...(secret.trim() === secret ? [] : [secret.trim()]),
    ...(password === undefined ? [] : [password, unescaped(password)]),
  ];
  return parts.filter((part) => part.length >= SHORTEST_PART);
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Encodings of a text in which its bytes differ, and spellings that stand beside what looks like a part of them. */
function plainForms(secret: string): Buffer[] {
  // Half a character, which no URL can hold, becomes the mark for one.
  const url = encodeURIComponent(Buffer.from(secret).toString());
  const written = [
    secret,
    url,
    url.replace(/%[0-9A-F]{2}/g, (part) => part.toLowerCase()),
    new URLSearchParams({ v: secret }).toString().slice(2),
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll('\n', '\r\n'),
  ];
  const wide = Buffer.from(secret, 'utf16le');
  const narrow = [...secret].every((one) => one <= '\u00ff') ? [Buffer.from(secret, 'latin1')] : [];
  return [...written.map((text) => Buffer.from(text)), ...narrow, wide, Buffer.from(wide).swap16()];
}

/** A secret that holds what looks like a spelling itself, as it is found where spellings were undone. */
function undone(secret: string, forms: boolean): Buffer[] {
  const views = viewsOf(Buffer.from(secret), forms, true).map(({ bytes }) => bytes);
  return views.filter(({ length }) => length >= Math.min(SHORTEST_PART, Buffer.byteLength(secret)));
}

/** What was asked for last: the commands of a step have the same secrets, and to make them takes longer than to look. */
let made: { secrets: readonly string[]; needles: Needles } | undefined;

function needlesOf(secrets: readonly string[]): Needles {
  if (made?.secrets.length === secrets.length && made.secrets.every((one, at) => one === secrets[at]))
    return made.needles;
  made = { secrets: [...secrets], needles: makeNeedles(secrets) };
  return made.needles;
}

function makeNeedles(secrets: readonly string[]): Needles {
  const all = [...new Set(secrets.filter(Boolean).flatMap((secret) => [secret, ...partsOf(secret)]))];
  const forms = all.some((secret) => secret.includes(' '));
  const encoded = all.flatMap(encodedForms);
  // A password in the `auth` of a file that a Secret of Kubernetes holds.
  const twice = all.flatMap((secret) => base64Forms(Buffer.from(secret)).flatMap(base64Forms));
  const distinct = (written: readonly Buffer[]): Needle[] =>
    [...new Map(written.map((bytes) => [bytes.toString('latin1'), bytes])).values()].map((bytes) => ({
      bytes,
      step: bytes.length - borderOf(bytes),
    }));
  return {
    plain: distinct(all.flatMap((secret) => [...plainForms(secret), ...undone(secret, forms)])),
    base64: distinct([...encoded.flatMap(base64Forms), ...twice]),
    hex: distinct(encoded.map((bytes) => Buffer.from(bytes.toString('hex')))),
    forms,
  };
}

/** The longest end of a text that is also its beginning (Knuth, Morris, Pratt). */
function borderOf(bytes: Buffer): number {
  const border = new Int32Array(bytes.length);
  let length = 0;
  for (let at = 1; at < bytes.length; at += 1) {
    while (length > 0 && bytes[at] !== bytes[length]) length = border[length - 1] ?? 0;
    if (bytes[at] === bytes[length]) length += 1;
    border[at] = length;
  }
  return length;
}

/** Where secrets stand in the source, and from where on one may have begun that is not whole yet. */
interface Found {
  /** In bytes. */
  ranges: Range[];
  begun: number;
}

function search(bytes: Buffer, needles: Needles, ends: boolean): Found {
  const found: Found = { ranges: [], begun: bytes.length };
  for (const view of viewsOf(bytes, needles.forms, ends)) {
    // A unit that is not whole yet, such as `\\u00`.
    found.begun = Math.min(found.begun, view.to.at(view.bytes.length - 1) ?? 0);
    look(view, needles.plain, found);
    look(base64View(view), needles.base64, found);
    look(hexView(view, ends), needles.hex, found);
  }
  found.ranges = merged(found.ranges);
  return found;
}

function look({ bytes, from, to }: View, needles: readonly Needle[], found: Found): void {
  for (const { bytes: needle, step } of needles) {
    for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + step)) {
      const last = at + needle.length - 1;
      found.ranges.push([from[at] ?? 0, to[last] ?? 0]);
    }
    const begun = beginningAtEnd(bytes, needle);
    if (begun < bytes.length) found.begun = Math.min(found.begun, from[begun] ?? 0);
  }
}

/** Where the end of a text is the beginning of a needle; its length where it is none. */
function beginningAtEnd(bytes: Buffer, needle: Buffer): number {
  const first = needle[0] ?? 0;
  let at = bytes.indexOf(first, Math.max(0, bytes.length - needle.length + 1));
  while (at >= 0) {
    if (needle.compare(bytes, at, bytes.length, 0, bytes.length - at) === 0) return at;
    at = bytes.indexOf(first, at + 1);
  }
  return bytes.length;
}

/**
 * Makes what takes secrets out of a text, in every usual spelling: as they are, in base64 (also within longer data) and
 * hex however they are wrapped, in URLs, forms, JSON, XML and quotes of shells, also within each other.
 *
 * @param secrets resolved values; empty ones are passed over
 */
export function redactorOf(secrets: readonly string[]): (text: string) => string {
  const needles = needlesOf(secrets);
  if (needles.plain.length === 0) return (text) => text;
  return (text) => {
    const bytes = Buffer.from(text);
    if (bytes.length <= PIECE && search(bytes, needles, true).ranges.length === 0) return text;
    const redactor = new Redactor(secrets, needles);
    const parts: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += PIECE) parts.push(redactor.push(bytes.subarray(at, at + PIECE)));
    const clean = Buffer.concat([...parts, redactor.end()]);
    return clean.equals(bytes) ? text : clean.toString('utf8');
  };
}

/** Changes each text in a value, however deep; names stay. */
export function inEachText(value: JsonObject, change: (text: string) => string): JsonObject;
export function inEachText(value: Json, change: (text: string) => string): Json;
export function inEachText(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => inEachText(item, change));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inEachText(item, change)]));
}

/** Takes secrets out of a stream of bytes, also where one stands across the border of chunks. */
export class Redactor {
  private readonly longest: number;
  /** The end of what came so far that may be the beginning of a secret, behind what was given already. */
  private held: Buffer = Buffer.alloc(0);
  private given = 0;

  constructor(
    secrets: readonly string[],
    private readonly needles = needlesOf(secrets),
  ) {
    this.longest = Math.max(0, ...this.needles.plain.map(({ bytes }) => bytes.length));
  }

  push(chunk: Buffer): Buffer {
    return this.pass(Buffer.concat([this.held, chunk]), false);
  }

  end(): Buffer {
    return this.pass(this.held, true);
  }

  private pass(all: Buffer, last: boolean): Buffer {
    const { ranges, begun } = search(all, this.needles, last);
    const until = last ? all.length : this.holdFrom(all, ranges, begun);
    const parts: Buffer[] = [];
    let at = this.given;
    for (const [from, to] of ranges) {
      if (to <= at) continue;
      if (from >= until) break;
      parts.push(all.subarray(at, Math.max(at, from)), Buffer.from(REDACTED));
      at = Math.min(to, until);
    }
    parts.push(all.subarray(at, until));
    const context = Math.max(0, until - CONTEXT);
    this.held = Buffer.from(all.subarray(context));
    this.given = until - context;
    return Buffer.concat(parts);
  }

  /** From where on nothing is given yet. */
  private holdFrom(all: Buffer, ranges: readonly Range[], begun: number): number {
    let hold = begun;
    // A secret that is whole may be the beginning of a longer one, or overlap one.
    for (const [from, to] of ranges.toReversed()) if (from < hold && hold < to) hold = from;
    // What goes on for ever, as a secret of one letter within many of it, is given in parts.
    const most = 16 * (this.longest + CONTEXT);
    return Math.max(this.given, all.length - most > hold ? all.length - most : hold);
  }
}
