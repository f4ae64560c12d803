import { StringDecoder } from 'node:string_decoder';
import type { Json, JsonObject } from '../../model/json.js';

const REDACTED = '[redacted]';

/** The stable middle of a text's base64 at each of the three places where it can begin within longer data. */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const partial = ((offset + bytes.length) * 8) % 6 === 0 ? 0 : 1;
    const middle = encoded.slice(offset === 0 ? 0 : offset + 1, encoded.length - partial);
    return middle.length < 6 ? [] : [middle, middle.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** How a secret may stand in a text: as it is, in base64, hex, URLs, forms and JSON; longest first. */
function formsOf(secrets: readonly string[]): string[] {
  const forms = new Set(
    secrets.filter(Boolean).flatMap((secret) => {
      const url = encodeURIComponent(secret);
      const lowerUrl = url.replace(/%[0-9A-F]{2}/g, (part) => part.toLowerCase());
      const form = new URLSearchParams({ v: secret }).toString().slice(2);
      const hex = Buffer.from(secret).toString('hex');
      const json = JSON.stringify(secret).slice(1, -1);
      // A secret of several lines is also told line by line, by whatever prints lines.
      const lines = secret.split(/\r?\n/).filter((line) => line.length >= 8);
      return [secret, url, lowerUrl, form, json, hex, hex.toUpperCase(), ...lines, ...base64Forms(secret)];
    }),
  );
  return [...forms].toSorted((a, b) => b.length - a.length);
}

/**
 * Makes what takes secrets out of a text: as they are, in base64 (also within longer data), hex, URL-encoded and as JSON text.
 *
 * @param secrets resolved values; empty ones are passed over
 */
export function redactorOf(secrets: readonly string[]): (text: string) => string {
  const forms = formsOf(secrets);
  return (text) => forms.reduce((result, form) => result.replaceAll(form, REDACTED), text);
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

/** Takes secrets out of a value, however deep: out of texts and names, and numbers that are one. Its shape stays. */
export function redactIn(value: Json, redact: (text: string) => string): Json {
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'number') return redact(String(value)) === REDACTED ? REDACTED : value;
  if (Array.isArray(value)) return value.map((item) => redactIn(item, redact));
  if (value === null || typeof value !== 'object') return value;
  const members = new Map<string, Json>();
  for (const [name, item] of Object.entries(value)) {
    const shown = redact(name);
    let free = shown;
    for (let again = 2; members.has(free); again += 1) free = `${shown} ${again}`;
    members.set(free, redactIn(item, redact));
  }
  return Object.fromEntries(members);
}

/** Takes secrets out of a stream of bytes, also where one stands across the border of two chunks. */
export class Redactor {
  private readonly forms: string[];
  private readonly decoder = new StringDecoder('utf8');
  /** The end of what came so far that may be the beginning of a secret. */
  private held = '';

  constructor(secrets: readonly string[]) {
    this.forms = formsOf(secrets);
  }

  push(chunk: Buffer): Buffer {
    return this.pass(this.held + this.decoder.write(chunk), false);
  }

  end(): Buffer {
    return this.pass(this.held + this.decoder.end(), true);
  }

  private pass(text: string, last: boolean): Buffer {
    const clean = this.forms.reduce((result, form) => result.replaceAll(form, REDACTED), text);
    const pending = last ? 0 : Math.max(0, ...this.forms.map((form) => beginningAtEnd(clean, form)));
    this.held = clean.slice(clean.length - pending);
    return Buffer.from(clean.slice(0, clean.length - pending));
  }
}

/** How many characters at the end of a text are the beginning of a form. */
function beginningAtEnd(text: string, form: string): number {
  for (let length = Math.min(form.length - 1, text.length); length > 0; length -= 1) {
    if (text.endsWith(form.slice(0, length))) return length;
  }
  return 0;
}
