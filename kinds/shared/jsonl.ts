import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.js';
import { jsonIn } from './kept.js';
import type { Where } from './where.js';
import { StepError } from '../../activities/step/step-error.js';
import { errnoOf } from '../../host/errno.js';

/** Longest line that is read as a record, in UTF-16 units. */
const LONGEST_LINE = 1_000_000;

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

/** Whether a record has all the fields; a field that is missing matches nothing. */
export function matches(record: JsonObject, where: Where): boolean {
  return Object.entries(where).every(([path, wanted]) => {
    const value = valueAt(record, path);
    return Array.isArray(wanted) ? wanted.some((one) => one === value) : wanted === value;
  });
}

/**
 * Reads a JSON Lines file record by record; a last line without an end is still being written and left out.
 *
 * @returns how many lines are no JSON object
 * @throws StepError NOT_FOUND when it cannot be read
 */
export async function eachRecord(
  path: string,
  signal: AbortSignal,
  visit: (record: JsonObject) => void,
): Promise<number> {
  let malformed = 0;
  const stream = createReadStream(path, { encoding: 'utf8', signal });
  let ended = true;
  stream.on('data', (piece) => {
    ended = piece.toString().endsWith('\n');
  });
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  let held: string | undefined;
  const visitLine = (line: string): void => {
    if (line.trim() === '') return;
    const record = line.length > LONGEST_LINE ? undefined : objectIn(line);
    if (record) visit(record);
    else malformed += 1;
  };
  try {
    for await (const line of lines) {
      if (held !== undefined) visitLine(held);
      held = line;
    }
  } catch (cause) {
    if (signal.aborted) throw new StepError('CANCELLED', `Reading ${path} was stopped.`, { cause });
    throw new StepError('NOT_FOUND', `${path} cannot be read (${errnoOf(cause) ?? 'error'}).`, {
      cause,
    });
  }
  if (held !== undefined && ended) visitLine(held);
  return malformed;
}

function objectIn(line: string): JsonObject | undefined {
  const value = jsonIn(line);
  return isJsonObject(value) ? value : undefined;
}
