import { jsonpath, type JSONPathQuery } from 'json-p3';
import type { Json } from '../../model/json.js';
import { PatternError } from '../../model/text/pattern.js';
import { compile, whyNoJsonPath } from './json-path-query.js';
import { TooMuchWork } from './json-path-work.js';
import { shownValue } from './one-figure.js';
import { ReadingError } from './reading.js';

/**
 * The values of all nodes that a JSONPath selects, in its order.
 *
 * @throws ReadingError BAD_INPUT for what is no JSONPath or holds no pattern where one must be, CHECK_FAILED for a document that is nested too deep
 */
export function nodesAt(document: Json, path: string): Json[] {
  const query = compiled(path);
  try {
    return query.query(document).values() as Json[];
  } catch (cause) {
    if (cause instanceof PatternError) throw noPath(path, cause);
    if (cause instanceof TooMuchWork) {
      throw new ReadingError(
        'CHECK_FAILED',
        `${JSON.stringify(path)} is not followed in it: ${cause.message}; ask for less at once, without a query in a filter.`,
        cause,
      );
    }
    const why =
      cause instanceof RangeError ? 'cannot be followed in it: it has too many values' : 'cannot be followed in it';
    throw new ReadingError('CHECK_FAILED', `${JSON.stringify(path)} ${why}.`, cause);
  }
}

/**
 * The one value at a JSONPath; undefined when nothing is there.
 *
 * @throws ReadingError as above, and CHECK_FAILED that says how many there are
 */
export function oneAt(document: Json, path: string): Json | undefined {
  const nodes = nodesAt(document, path);
  if (nodes.length <= 1) return nodes[0];
  throw new ReadingError(
    'CHECK_FAILED',
    `${JSON.stringify(path)} has ${nodes.length} values where one is wanted; name one of them, or reduce them.`,
  );
}

/**
 * Why nothing can be counted at a path, although it is a query that may select nothing: what it is counted in is not there.
 * Undefined where it is, and the count may be 0.
 *
 * @throws ReadingError as `nodesAt`
 */
export function uncountable(document: Json, path: string): string | undefined {
  const { segments } = compiled(path);
  let above: Json[] = [document];
  let prefix = '$';
  for (const [at, segment] of segments.slice(0, -1).entries()) {
    prefix = `$${segments.slice(0, at + 1).join('')}`;
    const found = nodesAt(document, prefix);
    // Each of those before must have what is named; of what is chosen among many there may be none.
    const wanted = isNamed(segment) ? above.length : segment.toString().startsWith('..') ? 1 : 0;
    if (found.length < wanted) {
      return above.length > 1
        ? `${prefix} is missing in ${wanted - found.length} of ${wanted} places`
        : `nothing is at ${prefix}, so nothing is counted`;
    }
    above = found;
  }
  const flat = above.find((one) => typeof one !== 'object' || one === null);
  return flat === undefined ? undefined : `${prefix} is ${shownValue(flat)}, no list or object to count in`;
}

/** A segment that takes one member, or one place of a list. */
function isNamed({ selectors: [only, ...more] }: Segment): boolean {
  const { NameSelector, IndexSelector } = jsonpath.selectors;
  return more.length === 0 && (only instanceof NameSelector || only instanceof IndexSelector);
}

type Segment = JSONPathQuery['segments'][number];

/** What was read of late: a file has many rows, and the same few paths for each. */
const queries = new Map<string, JSONPathQuery>();
const MOST_QUERIES = 200;

function compiled(path: string): JSONPathQuery {
  const known = queries.get(path);
  if (known) return known;
  try {
    const query = compile(path);
    if (queries.size >= MOST_QUERIES) queries.clear();
    queries.set(path, query);
    return query;
  } catch (cause) {
    throw noPath(path, cause);
  }
}

function noPath(path: string, cause: unknown): ReadingError {
  return new ReadingError('BAD_INPUT', `The values cannot be read: ${whyNoJsonPath(path, cause)}.`, cause);
}
