import { parseEnv } from 'node:util';

/** How Docker Compose reads one value. */
export interface ComposeValue {
  text: string;
  /** It holds a dollar sign that Compose takes for a variable; `text` is what stands there before that. */
  expands: boolean;
}

/** Names with the values that a reader takes. */
export type ComposeReading = { values: ReadonlyMap<string, ComposeValue> } | { refused: string };

/** An environment file as Node reads it (`node --env-file`, `util.parseEnv`), and golive's own stacks. */
export function readAsNode(text: string): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(parseEnv(text)).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** Spaces of Go's `unicode.IsSpace`. */
const SPACE = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
/** Spaces within a line, as compose-go has them. */
const BLANK = /[\t\v\f\r \u0085\u00a0]/;
const NAME_CHARACTER = /[\p{L}\p{N}_.\-[\]]/u;

/**
 * An environment file as Docker Compose reads it: `dotenv/parser.go` of compose-go 2.16, rule by rule, but for the
 * variables in values, which are left as they stand.
 */
export function readAsCompose(source: string): ComposeReading {
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source;
  const values = new Map<string, ComposeValue>();
  let at = 0;
  try {
    for (;;) {
      at = statementStart(text, at);
      if (at >= text.length) return { values };
      const name = nameAt(text, at);
      at = name.end;
      // It takes the value of the environment that Compose runs in, which is not known here.
      if (name.inherited) continue;
      const value = valueAt(text, at);
      values.set(name.text, { text: value.text, expands: value.quote !== "'" && value.text.includes('$') });
      at = value.end;
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { refused: `line ${text.slice(0, error.at).split('\n').length}: ${error.message}` };
  }
}

class Refused extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

function past(kind: RegExp, text: string, from: number): number {
  let at = from;
  while (at < text.length && kind.test(text[at] ?? '')) at += 1;
  return at;
}

function statementStart(text: string, from: number): number {
  let at = past(SPACE, text, from);
  while (text[at] === '#') {
    const end = text.indexOf('\n', at);
    at = end < 0 ? text.length : past(SPACE, text, end);
  }
  return at;
}

function nameAt(text: string, from: number): { text: string; end: number; inherited: boolean } {
  const exported = /^export[\t\n\f\r ]+/.test(text.slice(from, from + 7));
  const start = exported ? past(BLANK, text, from + 'export'.length) : from;
  if (start >= text.length) throw new Refused('nothing stands behind export', from);
  let at = start;
  for (;;) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0x0a);
    // A name at the very end, with nothing behind it, is read as the value of a variable without a name.
    if (at >= text.length) return { text: '', end: past(BLANK, text, start), inherited: false };
    if ('=:\n'.includes(character)) break;
    if (!BLANK.test(character) && !NAME_CHARACTER.test(character)) {
      throw new Refused(`a name of a variable cannot hold ${JSON.stringify(character)}`, at);
    }
    at += character.length;
  }
  const name = text.slice(start, at).replace(/[\t\v\f\r \u0085\u00a0]+$/, '');
  if (name.includes(' ')) throw new Refused('a name of a variable cannot hold a blank', at);
  return { text: name, end: past(BLANK, text, at + 1), inherited: text[at] === '\n' };
}

function valueAt(text: string, from: number): { text: string; end: number; quote: string } {
  const quote = text[from] ?? '';
  if (quote === '"' || quote === "'") {
    const end = closingQuote(text, from);
    if (end < 0) throw new Refused('a quoted value has no end', from);
    const inside = text.slice(from + 1, end).replaceAll(`\\${quote}`, quote);
    return { text: quote === '"' ? unescaped(inside) : inside, end: end + 1, quote };
  }
  const newline = text.indexOf('\n', from);
  const line = text.slice(from, newline < 0 ? text.length : newline);
  const bare = line.split(' #')[0] ?? '';
  let end = bare.length;
  while (end > 0 && SPACE.test(bare[end - 1] ?? '')) end -= 1;
  return { text: bare.slice(0, end), end: newline < 0 ? text.length : newline + 1, quote: '' };
}

/** Where the quote that stands at a place is closed, one behind a backslash left out; -1 when it is not. */
export function closingQuote(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === text[from]) return at;
  }
  return -1;
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '"': '"',
  '\\': '\\',
  $: '$$',
};

function unescaped(text: string): string {
  return text.replace(/\\(?:([abcfnrtv$"\\])|0(\d{0,3}))/g, (whole, letter?: string, digits = '') => {
    if (letter !== undefined) return ESCAPES[letter] ?? whole;
    const code = /^[0-7]{3}$/.test(digits) ? Number.parseInt(digits, 8) : 256;
    return code < 256 ? String.fromCodePoint(code) : `\\${digits}`;
  });
}
