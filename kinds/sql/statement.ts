import type { Engine } from './connection-fields.js';

/** What a statement that reads begins with. */
const READS: readonly string[] = ['select', 'with', 'values', 'table', 'show'];

/** Blanks, comments and brackets before the first word. */
const BEFORE = /^(?:\s|--[^\n]*(?:\n|$)|\/\*(?:[^*]|\*(?!\/))*\*\/|\()*/;

/** What MySQL writes by a SELECT; comments are blanks. */
const WRITES = /\binto(?:\s|\/\*(?:[^*]|\*(?!\/))*\*\/|(?:--|#)[^\n]*\n)*(?:outfile|dumpfile|@)/i;

/**
 * Why a text is no statement that only reads, as far as its text tells; the server is told to read only besides, and takes
 * no second statement. Undefined when nothing is found.
 */
export function statementProblem(text: string, engine: Engine): string | undefined {
  if (text.includes('\0')) return 'it holds a zero byte';
  const word = /^[a-z]+/i.exec(text.slice(BEFORE.exec(text)?.[0].length ?? 0))?.[0]?.toLowerCase() ?? '';
  if (!READS.includes(word)) {
    return `it begins with ${word === '' ? 'no word' : JSON.stringify(word)}; a statement that reads begins with ${READS.join(', ')}`;
  }
  if (engine !== 'mysql') return undefined;
  // A server runs these comments; and files and variables are written in a transaction that reads only, too.
  if (/\/\*M?!/i.test(text)) return 'it holds a comment that the server runs (/*! … */)';
  if (WRITES.test(text)) return 'it writes a file or a variable (INTO …)';
  return undefined;
}
