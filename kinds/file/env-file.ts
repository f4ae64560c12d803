import { StepError } from '../../activities/step/step-error.js';
import { closingQuote, type ComposeReading, readAsCompose, readAsNode } from '../shared/dotenv.js';

/** An environment file with variables set in it. */
export interface EnvFileSet {
  text: string;
  /** Names whose value was set anew. */
  changed: string[];
  /** Why Docker Compose takes none of the file, before and after; undefined when it does. */
  composeRefuses: string | undefined;
}

/**
 * Sets variables in the text of an environment file. Of a name that stands there several times the last one counts, for
 * readers take that. Every other byte stays. What comes out is read as Node and as Docker Compose read it: the set
 * variables have their values, and no other one has changed.
 *
 * @throws StepError BAD_INPUT for a value that readers do not take alike, and for a file in which it cannot be set
 */
export function setVariables(text: string, set: Readonly<Record<string, string>>): EnvFileSet {
  refuseLoneReturn(text);
  const changed: string[] = [];
  let next = text;
  for (const [name, value] of Object.entries(set)) {
    if (reads(next, name, value)) continue;
    const written = spelled(name, value);
    const proposals = [inPlace(next, name, written), atEnd(next, name, written)].filter((one) => one !== undefined);
    const proven = proposals.find((one) => problemOf(next, one, name, value) === undefined);
    if (proven === undefined) {
      throw new StepError('BAD_INPUT', `${name} cannot be set: ${problemOf(next, proposals[0] ?? '', name, value)}.`, {
        hint: 'Mend the file by hand where its lines are no NAME=value, then retry; it was left as it is.',
      });
    }
    changed.push(name);
    next = proven;
  }
  const compose = readAsCompose(next);
  return { text: next, changed, composeRefuses: 'refused' in compose ? compose.refused : undefined };
}

/**
 * Takes variables back in a file that others have changed since: each has the value that it had before, or is gone.
 *
 * @param before the file as it was before they were set; undefined where there was none
 * @throws StepError BAD_INPUT where it cannot be done without touching another one
 */
export function resetVariables(text: string, before: string | undefined, names: readonly string[]): string {
  const earlier = readAsNode((before ?? '').replace(/^\uFEFF/, ''));
  let next = text;
  for (const name of names) {
    const value = earlier.get(name);
    next = value === undefined ? without(next, name) : setVariables(next, { [name]: value }).text;
  }
  return next;
}

function without(text: string, name: string): string {
  let next = text;
  for (let found = lastOf(next, name); found; found = lastOf(next, name)) {
    const start = Math.max(next.startsWith('\uFEFF') ? 1 : 0, next.lastIndexOf('\n', found.from - 1) + 1);
    const newline = next.indexOf('\n', found.to);
    next = next.slice(0, start) + (newline < 0 ? '' : next.slice(newline + 1));
  }
  const [after, was] = [readAsNode(next), readAsNode(text)];
  if (!after.has(name) && difference(after, was, name, (a, b) => a === b) === undefined) return next;
  throw new StepError('BAD_INPUT', `${name} cannot be taken out without touching another variable.`);
}

const lastOf = (text: string, name: string): Assignment | undefined =>
  assignments(text).findLast((one) => one.name === name);

/** Some readers end a line at a lone carriage return, others take it for a part of the value: two names would be one. */
function refuseLoneReturn(text: string): void {
  const quoted = assignments(text).filter(({ from }) => '"\''.includes(text[from] ?? ' '));
  for (const { index } of text.matchAll(/\r(?!\n)/g)) {
    if (quoted.some(({ from, to }) => from < index && index < to)) continue;
    const line = text.slice(0, index).split(/\r\n?|\n/).length;
    throw new StepError('BAD_INPUT', `Line ${line} of the environment file ends with a carriage return alone.`, {
      hint: 'Readers do not agree on such line ends: save it with those of Unix or Windows. It was left as it is.',
    });
  }
}

/** Whether every reader that takes the file takes this value for the name. */
function reads(text: string, name: string, value: string): boolean {
  return readAsNode(text).get(name) === value && composeHas(readAsCompose(text), name, value);
}

function composeHas(reading: ComposeReading, name: string, value: string): boolean {
  if ('refused' in reading) return true;
  const found = reading.values.get(name);
  return found?.text === value && !found.expands;
}

/** What is wrong with an environment file after a name was set in it; undefined when nothing is. */
function problemOf(before: string, after: string, name: string, value: string): string | undefined {
  // With the mark that went, the first name is another one to Node.
  const unmarked = after.startsWith('\uFEFF') ? before : before.replace(/^\uFEFF/, '');
  const [node, nodeBefore] = [readAsNode(after), readAsNode(unmarked)];
  if (node.get(name) !== value) return 'Node would read another value than the one that was to be set';
  const other = difference(node, nodeBefore, name, (a, b) => a === b);
  if (other !== undefined) return `to Node it would change ${JSON.stringify(other)}, too`;
  const [compose, composeBefore] = [readAsCompose(after), readAsCompose(before)];
  if ('refused' in composeBefore) return undefined;
  if ('refused' in compose) return `Docker Compose would not take the file any more (${compose.refused})`;
  if (!composeHas(compose, name, value))
    return 'Docker Compose would read another value than the one that was to be set';
  const its = difference(compose.values, composeBefore.values, name, (a, b) => a?.text === b?.text);
  return its === undefined ? undefined : `to Docker Compose it would change ${JSON.stringify(its)}, too`;
}

/** A name, other than this one, of which two readings differ. */
function difference<V>(
  after: ReadonlyMap<string, V>,
  before: ReadonlyMap<string, V>,
  but: string,
  alike: (a: V | undefined, b: V | undefined) => boolean,
): string | undefined {
  return [...after.keys(), ...before.keys()].find((name) => name !== but && !alike(after.get(name), before.get(name)));
}

/**
 * A value as all readers take it alike: bare, or in quotes where nothing inside means anything to any of them. Four
 * readers (Node, compose-go, python-dotenv, a shell) were compared on 32 files for this.
 *
 * @throws StepError BAD_INPUT for one that has no such spelling
 */
function spelled(name: string, value: string): string {
  if (/^[\w.:/@%+,=-]*$/.test(value)) return value;
  if (!/["$`\\]/.test(value)) return `"${value}"`;
  if (!/['\\]|\$\{/.test(value)) return `'${value}'`;
  throw new StepError('BAD_INPUT', `The value of ${name} has no spelling that all readers of such files take alike.`, {
    hint: 'It holds a backslash, or both kinds of quotes or an apostrophe beside a dollar sign. Choose another value, or give it by a file.',
  });
}

/** Sets the last assignment of a name; undefined when there is none. */
function inPlace(text: string, name: string, written: string): string | undefined {
  const found = assignments(text).findLast((one) => one.name === name);
  if (!found) return undefined;
  // Before the first name the mark of UTF-8 belongs to the name for some readers, who would not find it.
  const head = found.afterMark ? text.slice(1, found.from) : text.slice(0, found.from);
  return `${head}${written}${text.slice(found.to)}`;
}

function atEnd(text: string, name: string, written: string): string {
  const end = /\r?\n/.exec(text)?.[0] ?? '\n';
  const open = text !== '' && text !== '\uFEFF' && !text.endsWith('\n');
  return `${text}${open ? end : ''}${name}=${written}${end}`;
}

interface Assignment {
  name: string;
  /** Its value, with the quotes and without a comment behind it: the text from here to there. */
  from: number;
  to: number;
  /** It stands right behind the byte order mark. */
  afterMark: boolean;
}

const HEAD = /[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=/y;

/** The lines NAME=value of a file, with the places of their values; a quoted value may go on over several lines. */
function assignments(text: string): Assignment[] {
  const found: Assignment[] = [];
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  while (at < text.length) {
    HEAD.lastIndex = at;
    const name = HEAD.exec(text)?.[1];
    const span = name === undefined ? undefined : valueSpan(text, HEAD.lastIndex);
    if (name !== undefined && span) found.push({ name, ...span, afterMark: at === 1 });
    const newline = text.indexOf('\n', span?.to ?? at);
    at = newline < 0 ? text.length : newline + 1;
  }
  return found;
}

function valueSpan(text: string, equals: number): { from: number; to: number } {
  const newline = text.indexOf('\n', equals);
  const line = text.slice(equals, newline < 0 ? text.length : newline);
  const from = equals + (/^[ \t]*/.exec(line)?.[0].length ?? 0);
  // A comment, and no value before it: the value goes in between.
  if (from > equals && text[from] === '#') return { from: equals, to: equals };
  const closed = '"\''.includes(text[from] ?? ' ') ? closingQuote(text, from) : -1;
  if (closed >= 0) return { from, to: closed + 1 };
  const bare = text.slice(from, equals + line.length).split(/[ \t]#/)[0] ?? '';
  return { from, to: from + bare.trimEnd().length };
}
