import { isJsonObject, type Json, type JsonObject } from '../../model/json.js';
import { exactJson, RefusedJson, type Twice } from './json.js';
import { lineReader, type LineReader, type LinesOptions, type Seen } from './lines.js';
import { numberIn } from './numbers.js';
import type { Where } from './where.js';

/** A value in an object by a dotted path; undefined when the path leads nowhere. */
export function valueAt(record: JsonObject, path: string): Json | undefined {
  if (Object.hasOwn(record, path)) return record[path];
  let value: Json | undefined = record;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key)) {
      return undefined;
    }
    value = value[key];
  }
  return value;
}

/**
 * Whether a value is the one that is wanted. A number is the same however it is written, also as a text; a text is also
 * the number or truth that is written so.
 */
export function sameValue(found: Json | undefined, wanted: Json): boolean {
  if (found === undefined || found === null || typeof found === 'object') return found === wanted;
  if (typeof wanted === 'number') return numberIn(found) === wanted;
  return found === wanted || String(found) === String(wanted);
}

/** Whether a record has all the fields; a field that is missing matches nothing. */
export function matches(record: JsonObject, where: Where): boolean {
  return Object.entries(where).every(([path, wanted]) => {
    const value = valueAt(record, path);
    return (Array.isArray(wanted) ? wanted : [wanted]).some((one) => sameValue(value, one));
  });
}

/**
 * Reads JSON lines, a value each; blank lines are none. The last one counts also without a line end, unless it is
 * half-written: no JSON yet, or a number, which may go on.
 *
 * @param visit is given each value; it may say that one is left out, or why it says nothing
 */
export function jsonReader(
  visit: (value: Json, line: number) => Seen,
  options: LinesOptions & { twice?: Twice } = {},
): LineReader {
  let blank = 0;
  const reader = lineReader(options, ({ text, number, ended }) => {
    if (/^[ \t\r]*$/.test(text)) {
      blank += 1;
      return 'left out';
    }
    const cut = ended ? '' : ', and has no line end: it may be half-written';
    let value: Json;
    try {
      value = exactJson(text, options.twice);
    } catch (error) {
      if (error instanceof RefusedJson) return { problem: error.message.replace(/^it /, '') };
      return { problem: `is no JSON${cut}` };
    }
    if (!ended && /\d[ \t\r]*$/.test(text)) return { problem: `is a number${cut}` };
    return visit(value, number);
  });
  return {
    push: reader.push,
    end: () => {
      const account = reader.end();
      return { ...account, leftOut: account.leftOut - blank };
    },
  };
}

/** The same for records: a value that is no object is unreadable. */
export function recordReader(visit: (record: JsonObject, line: number) => Seen): LineReader {
  return jsonReader((value, line) => (isJsonObject(value) ? visit(value, line) : { problem: 'is no JSON object' }));
}
