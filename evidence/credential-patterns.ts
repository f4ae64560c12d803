import type { Range } from '../model/text/ranges.js';

/** What a credential looks like, by the name of its rule. Global, and in linear time. */
export interface NamedPattern {
  rule: string;
  pattern: RegExp;
}

/** Where something stands that looks like a credential, and by which rule. */
export interface Spot {
  from: number;
  to: number;
  rule: string;
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
export const KNOWN: readonly NamedPattern[] = [
  { rule: 'aws-key-id', pattern: credential('A(?:KIA|SIA|GPA|IDA|ROA|NPA|NVA|BIA|CCA)', '[A-Z0-9]{16}(?![A-Z0-9])') },
  {
    rule: 'aws-secret',
    pattern:
      /(?<=aws_?secret_?(?:access_?)?key\\{0,8}["']?\s{0,3}(?:[=:]|%3D|%3A|\\u003d)\s{0,3}\\{0,8}["']?)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])/gi,
  },
  { rule: 'telegram-token', pattern: /(?<!\d)\d{8,10}:AA[A-Za-z0-9_-]{32,35}(?![A-Za-z0-9_-])/g },
  {
    rule: 'jwt',
    pattern: credential('eyJ', String.raw`[A-Za-z0-9_-]{10,4000}\.eyJ[A-Za-z0-9_-]{10,8000}\.[A-Za-z0-9_-]{10,2000}`),
  },
  { rule: 'github-token', pattern: credential('gh[pousr]_', '[A-Za-z0-9]{36,255}') },
  { rule: 'github-token', pattern: credential('github_pat_', '[A-Za-z0-9_]{22,200}') },
  { rule: 'gitlab-token', pattern: credential('glpat-', '[A-Za-z0-9_-]{20,64}') },
  { rule: 'npm-token', pattern: credential('npm_', '[A-Za-z0-9]{36}') },
  { rule: 'slack-token', pattern: credential('xox[abeoprs]-', '[A-Za-z0-9-]{20,200}') },
  { rule: 'stripe-key', pattern: credential('[sr]k_live_', '[A-Za-z0-9]{16,200}') },
  { rule: 'google-key', pattern: credential('AIza', '[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])') },
  { rule: 'ai-key', pattern: credential('sk-', '(?:proj-|ant-|svcacct-)?[A-Za-z0-9_-]{32,200}') },
  {
    rule: 'authorization',
    pattern:
      /(?<=\bauthorization\\{0,8}["']?\s{0,3}[:=]\s{0,3}\\{0,8}["']?(?:bearer|basic|token)(?:\s|%20|\+){1,3})[A-Za-z0-9._~+/=-]{16,4000}/gi,
  },
  // The password of an address; what stands behind the port of one without a password is none.
  {
    rule: 'password-in-address',
    pattern:
      /(?<=\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/"'<>[]{0,100}:)(?!\[redacted\]|\*|\d{1,5}(?:[/?#'",\s]|$))[^\s@"<>]{3,200}(?=@[^\s@])/gi,
  },
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
export function privateKeys(text: string): Range[] {
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
