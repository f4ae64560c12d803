/** What may stand in the place of a name in a query. */
export type BoundValue = string | number | readonly string[];

/** A query with its values in their places, or what is wrong with it. */
export type BoundQuery = { query: string } | { problem: string };

/** A part of a query: code, a comment, or a string with its mark; `regex` where it stands behind `=~` or `!~`. */
interface Part {
  text: string;
  kind: 'code' | 'comment' | 'string';
  mark?: string;
  regex?: boolean;
}

/** A comment, or a string of PromQL: escapes in "…" and '…', none in `…`. */
const APART = /#[^\n]*|"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'|`[^`]*`/g;
/** `$name` or `${name}`. */
const NAME = /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g;
/** What may stand outside of a string: a number, or a duration such as 5m or 1h30m. */
const PLAIN = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?|(?:[1-9]\d*(?:ms|[smhdwy]))+)$/;

function partsOf(query: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  /** All code since the last string: a comment may stand between an operator and what it is of. */
  let code = '';
  for (const match of query.matchAll(APART)) {
    const before = query.slice(at, match.index);
    code += before;
    parts.push({ text: before, kind: 'code' });
    const [text] = match;
    if (text.startsWith('#')) parts.push({ text, kind: 'comment' });
    else {
      parts.push({ text, kind: 'string', mark: text.slice(0, 1), regex: /[=!]~\s*$/.test(code) });
      code = '';
    }
    at = match.index + text.length;
  }
  parts.push({ text: query.slice(at), kind: 'code' });
  return parts;
}

/** Names that stand in a query: in its strings only those that are given, since a pattern may hold a `$` of its own. */
export function namesIn(query: string, given: readonly string[]): { used: string[]; strange: string[] } {
  const used = new Set<string>();
  const strange = new Set<string>();
  for (const { text, kind } of partsOf(query)) {
    if (kind === 'comment') continue;
    for (const [, braced, bare = ''] of text.matchAll(NAME)) {
      const name = braced ?? bare;
      if (given.includes(name)) used.add(name);
      else if (kind === 'code') strange.add(name);
    }
  }
  return { used: [...used], strange: [...strange] };
}

/**
 * Puts values in the places of their names, so that none of them can be more of the query than a value. In a string it is
 * escaped as PromQL escapes (those of Go), and behind `=~` or `!~` it matches itself and nothing else; a list is any of
 * its texts there. Outside of strings only a number or a duration may stand.
 */
export function bindValues(query: string, values: Readonly<Record<string, BoundValue>>): BoundQuery {
  const problems: string[] = [];
  const text = partsOf(query).map((part) => {
    if (part.kind === 'comment') return part.text;
    return part.text.replaceAll(
      NAME,
      (whole: string, braced: string | undefined, bare: string | undefined, at: number) => {
        const name = braced ?? bare ?? '';
        const value = Object.hasOwn(values, name) ? values[name] : undefined;
        if (value === undefined) return whole;
        const bound =
          part.kind === 'code' ? plain(name, value) : inString(name, value, { ...part, before: part.text[at - 1] });
        if ('problem' in bound) problems.push(bound.problem);
        return 'query' in bound ? bound.query : '';
      },
    );
  });
  const [problem] = problems;
  return problem === undefined ? { query: text.join('') } : { problem };
}

function plain(name: string, value: BoundValue): BoundQuery {
  const text = String(value);
  // In brackets what stands before it, or binds closer than a sign, has all of it.
  if (!Array.isArray(value) && PLAIN.test(text)) return { query: text.startsWith('-') ? `(${text})` : text };
  return { problem: `$${name} stands outside of a string, where only a number or a duration such as 5m may be` };
}

function inString(
  name: string,
  value: BoundValue,
  { mark = '"', regex = false, before }: Part & { before?: string | undefined },
): BoundQuery {
  if (before === '\\') return { problem: `$${name} stands behind a backslash, which would be part of it` };
  const texts = typeof value === 'object' ? value : [String(value)];
  if (texts.length === 0 || texts.includes(''))
    return { problem: `$${name} is empty, which would match series without that label` };
  if (typeof value === 'object' && !regex)
    return { problem: `$${name} is a list, which only a matcher with =~ or !~ may be` };
  const text = regex ? texts.map(quoteMeta).join('|') : texts.join('');
  const grouped = typeof value === 'object' && texts.length > 1 ? `(?:${text})` : text;
  if (mark !== '`') return { query: escaped(grouped, mark) };
  return grouped.includes('`') ? { problem: `$${name} holds a backtick, and stands in backticks` } : { query: grouped };
}

/** A text that, as a pattern of RE2, matches itself. */
function quoteMeta(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$-]/g, '\\$&');
}

function escaped(text: string, mark: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll(mark, `\\${mark}`)
    .replace(/[\p{Cc}\u2028\u2029]/gu, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
