import { z } from 'zod';
import type { Json, JsonObject } from '../../model/json.js';
import { largest, smallest } from '../../model/largest.js';
import { percentile } from '../../model/expression/statistics.js';
import { jsonIn } from '../shared/json.js';
import { oneAt, nodesAt } from '../shared/json-path.js';
import { numberIn } from '../shared/numbers.js';
import { type Account, ReadingError } from '../shared/reading.js';
import type { RecomputeOf } from '../shared/recompute-of.js';
import { type Format, formatOf } from './formats.js';
import type { metricsRead as kind } from './metrics.read.kind.js';
import { type Rows, rowsOf } from './rows.js';

type Input = z.infer<(typeof kind)['input']>;
type Wanted = Input['values'][string];

/** Longest text that a figure is. */
const LONGEST_TEXT = 500;

/** What a file gives. */
export interface Figures {
  values: JsonObject;
  rows: number;
  account: Account;
  /** Why figures are not there, by their names. */
  missing: Map<string, string>;
}

/** The step leaves a copy of the file that it read. */
export const recomputeMetricsRead: RecomputeOf<typeof kind> = (input, read) => {
  const format = input.format ?? formatOf(input.file);
  const bytes = read(`source.${format}`);
  if (bytes === undefined) return undefined;
  const { credentials } = masked.parse(jsonIn(read(MASKED)?.toString('utf8') ?? '{}'));
  return outputsOf(figuresOf(bytes, format, input.file, input), credentials);
};

/** What the record says of its own masking; not there where nothing was masked. */
export const MASKED = 'masked.json';
const masked = z.object({ credentials: z.int().default(0) });

/** Figures as the step's outputs. */
export function outputsOf({ values, rows, account: { looked, unreadable, leftOut } }: Figures, credentials: number) {
  return { values, rows, looked, unreadable, leftOut, credentials };
}

/**
 * The named figures of a file.
 *
 * @param path how the file is told in an error
 * @throws ReadingError BAD_INPUT for what cannot be asked, CHECK_FAILED for a file that is not as its format says
 */
export function figuresOf(bytes: Uint8Array, format: Format, path: string, input: Input): Figures {
  const read = rowsOf(bytes, { format, path, encoding: input.encoding, separator: input.separator });
  const { rows, account } = read;
  const taken = new Set<number>();
  const values = new Map<string, Json>();
  const missing = new Map<string, string>();
  const spoilt = new Set<number>();
  for (const [name, wanted] of Object.entries(input.values)) {
    const around = { taken, spoilt, cells: format === 'csv', mayFail: input.unreadable.atMost, path };
    const figure = figureOf(read, wanted, around);
    // A figure that is not there stays absent, so that a gate on it is inconclusive and never passes.
    if ('why' in figure) missing.set(name, figure.why);
    else values.set(name, figure.value);
  }
  return {
    values: Object.fromEntries(values),
    rows: rows.length,
    missing,
    account: {
      ...account,
      looked: taken.size - spoilt.size,
      unreadable: account.unreadable + spoilt.size,
      leftOut: rows.length - taken.size,
    },
  };
}

interface Around {
  /** Places of the rows that some figure took. */
  taken: Set<number>;
  /** Places of those in which a figure did without a value that is no number. */
  spoilt: Set<number>;
  /** Values are cells of CSV, which are text whatever they mean. */
  cells: boolean;
  /** How many values of a figure may be no numbers. */
  mayFail: number;
  path: string;
}

type Figure = { value: Json } | { why: string };

function figureOf(read: Rows, wanted: Wanted, around: Around): Figure {
  const { path, reduce, where = {} } = wanted;
  for (const name of [path, ...Object.keys(where)]) checkColumn(read, name, around.path);
  const conditions = Object.entries(where);
  const chosen: { row: Json; at: number }[] = [];
  for (const [at, row] of read.rows.entries()) {
    if (conditions.every(([key, value]) => same(one(row, key), value))) chosen.push({ row, at });
  }
  for (const { at } of chosen) around.taken.add(at);
  if (path === undefined) return reduce === 'count' ? { value: chosen.length } : { why: 'it has no `path`' };
  if (reduce === 'first' || reduce === 'last') {
    const found = chosen.map(({ row }) => one(row, path)).filter(isThere);
    const value = found.at(reduce === 'first' ? 0 : -1);
    if (value === undefined) return { why: 'nothing is there' };
    const told = scalarOf(value, wanted.as, around.cells);
    return told === undefined ? { why: `${shown(value)} is no ${wanted.as ?? 'number or text'}` } : { value: told };
  }
  const found = chosen.flatMap(({ row, at }) => all(row, path).map((value) => ({ value, at })));
  if (reduce === 'count') return { value: found.filter(({ value }) => isThere(value)).length };
  return reduced(found, reduce, around);
}

/** One value that is no number spoils the figure: half a sample is not the sample. */
function reduced(found: { value: Json; at: number }[], reduce: string, { mayFail, spoilt }: Around): Figure {
  const numbers: number[] = [];
  const bad: { value: Json; at: number }[] = [];
  for (const got of found) {
    const number = numberIn(got.value);
    if (number === undefined) bad.push(got);
    else numbers.push(number);
  }
  if (bad.length > mayFail)
    return { why: `${bad.length} of ${found.length} values are no numbers, as ${shown(bad[0]?.value)}` };
  for (const { at } of bad) spoilt.add(at);
  if (numbers.length === 0) return { why: 'nothing is there' };
  const value = statistic(numbers, reduce);
  return value !== undefined && Number.isFinite(value) ? { value } : { why: 'it is beyond what a number holds' };
}

function statistic(numbers: readonly number[], reduce: string): number | undefined {
  switch (reduce) {
    case 'sum':
      return numbers.reduce((a, b) => a + b, 0);
    case 'mean':
      return numbers.reduce((a, b) => a + b, 0) / numbers.length;
    case 'min':
      return smallest(numbers);
    case 'max':
      return largest(numbers);
    default:
      return percentile(numbers, Number(reduce.slice(1)) / 100);
  }
}

/** A column that a header does not have is a name written wrong, or another file. */
function checkColumn({ columns }: Rows, name: string | undefined, path: string): void {
  if (columns === undefined || name === undefined || name.startsWith('$') || columns.has(name)) return;
  const known = [...columns].slice(0, 20).join(', ');
  throw new ReadingError('CHECK_FAILED', `${path} has no column ${JSON.stringify(name)}; it has: ${known}.`);
}

/** The values at a JSONPath, or of a column or top-level member, in one row. */
function all(row: Json, path: string): Json[] {
  if (path.startsWith('$')) return nodesAt(row, path);
  const value = one(row, path);
  return value === undefined ? [] : [value];
}

/** The one value there. @throws ReadingError CHECK_FAILED where there are several */
function one(row: Json, path: string): Json | undefined {
  if (path.startsWith('$')) return oneAt(row, path);
  return row !== null && typeof row === 'object' && !Array.isArray(row) && Object.hasOwn(row, path)
    ? row[path]
    : undefined;
}

function isThere(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** A number is the same however it is written: a column of CSV is text. */
function same(found: Json | undefined, wanted: Json): boolean {
  if (found === undefined || found === null || typeof found === 'object') return found === wanted;
  if (typeof wanted === 'number') return numberIn(found) === wanted;
  return found === wanted || String(found) === String(wanted);
}

function scalarOf(value: Json, as: Wanted['as'], cell: boolean): Json | undefined {
  if (value === null || typeof value === 'object') return undefined;
  if (as === 'number') return numberIn(value);
  if (typeof value !== 'string') return as === 'text' ? String(value) : value;
  const number = cell && as === undefined ? numberIn(value) : undefined;
  if (number !== undefined) return number;
  return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT - 1)}…` : value;
}

function shown(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
