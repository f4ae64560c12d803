import type { z } from 'zod';
import type { Json } from '../../model/json.js';
import { nodesAt, oneAt, uncountable } from '../shared/json-path.js';
import { sameValue } from '../shared/jsonl.js';
import { numberIn } from '../shared/numbers.js';
import type { metricsRead as kind } from './metrics.read.kind.js';
import { Sample } from './sample.js';

export type Wanted = z.infer<(typeof kind)['input']>['values'][string];

/** Longest text that a figure is. */
const LONGEST_TEXT = 500;

/** What a figure came to, or why there is none. */
export type Figure = { value: Json } | { why: string };

/** What one row was for a figure: none of its own, one that it has nothing of, or one that it used. */
export type Use = 'not chosen' | 'without' | 'had';

export interface FigureOptions {
  /** Values are cells of CSV, which are text whatever they mean. */
  cells: boolean;
  /** How many values may be no numbers. */
  mayFail: number;
  /** As before the last row had to have the value itself: those that have none are passed over by `last` and `first`. */
  before: boolean;
}

/** One figure, made of rows as they come. */
export interface FigureTally {
  /** How many of its rows had nothing at its path. */
  without: number;
  /** Places of the rows in which it did without a value that is no number; empty where it does not do without. */
  spoilt(): readonly number[];
  /** @throws ReadingError CHECK_FAILED where one value is wanted and several are there */
  take(row: Json, at: number): Use;
  figure(): Figure;
}

/** Begins a figure. */
export function figureTally(wanted: Wanted, options: FigureOptions): FigureTally {
  const { path, reduce } = wanted;
  const conditions = Object.entries(wanted.where ?? {});
  const made = makingOf(path, reduce, wanted, options);
  const tally: FigureTally = {
    without: 0,
    spoilt: made.spoilt ?? (() => []),
    take: (row, at) => {
      if (!conditions.every(([key, value]) => sameValue(one(row, key), value))) return 'not chosen';
      if (made.take(row, at)) return 'had';
      tally.without += 1;
      return 'without';
    },
    figure: made.figure,
  };
  return tally;
}

/** How one kind of figure is made of the rows that are chosen. */
interface Making {
  /** Whether there was something of it in a row. */
  take(row: Json, at: number): boolean;
  figure(): Figure;
  spoilt?(): readonly number[];
}

function makingOf(path: string | undefined, reduce: Wanted['reduce'], { as }: Wanted, options: FigureOptions): Making {
  if (reduce === 'count') return counted(path, options);
  if (path === undefined) return { take: () => true, figure: () => ({ why: 'it has no `path`' }) };
  if (reduce === 'first' || reduce === 'last') return oneRow(path, reduce, as, options);
  return reduced(path, reduce, options.mayFail);
}

/** Of a row that does not hold what is counted in, nothing is known; where no row does, there is no figure. */
function counted(path: string | undefined, { before }: FigureOptions): Making {
  let [count, rows] = [0, 0];
  let gone: string | undefined;
  const take = (row: Json): boolean => {
    const found = path === undefined ? 1 : all(row, path).filter(isThere).length;
    const why = found === 0 && path?.startsWith('$') && !before ? uncountable(row, path) : undefined;
    gone ??= why;
    if (why !== undefined) return false;
    count += found;
    rows += 1;
    return true;
  };
  return { take, figure: () => (rows === 0 && gone !== undefined ? { why: gone } : { value: count }) };
}

/** The row at one end says it itself: what one before it said is not what is asked for. */
function oneRow(path: string, end: 'first' | 'last', as: Wanted['as'], { cells, before }: FigureOptions): Making {
  let rows = 0;
  let found: Json | undefined;
  const take = (row: Json): boolean => {
    rows += 1;
    const value = one(row, path);
    if (end === 'last' ? !before || isThere(value) : before ? !isThere(found) : rows === 1) found = value;
    return true;
  };
  const figure = (): Figure => {
    if (rows === 0 || (before && !isThere(found))) return { why: 'nothing is there' };
    if (!isThere(found)) return { why: `nothing is there in the ${end} of ${rows === 1 ? '1 row' : `${rows} rows`}` };
    const told = scalarOf(found ?? null, as, cells);
    return told === undefined ? { why: `${shown(found)} is no ${as ?? 'number or text'}` } : { value: told };
  };
  return { take, figure };
}

/** One value that is no number spoils the figure: half a sample is not the sample. */
function reduced(path: string, reduce: string, mayFail: number): Making {
  const sample = new Sample(reduce.startsWith('p'));
  const places: number[] = [];
  let bad = 0;
  let first: Json | undefined;
  const take = (row: Json, at: number): boolean => {
    const values = all(row, path);
    for (const value of values) {
      const number = numberIn(value);
      if (number !== undefined) sample.add(number);
      else {
        if (bad === 0) first = value;
        bad += 1;
        if (bad <= mayFail) places.push(at);
      }
    }
    return values.length > 0;
  };
  const figure = (): Figure => {
    if (bad > mayFail) return { why: `${bad} of ${bad + sample.count} values are no numbers, as ${shown(first)}` };
    if (sample.count === 0) return { why: 'nothing is there' };
    const value = statistic(sample, reduce);
    return Number.isFinite(value) ? { value } : { why: 'it is beyond what a number holds' };
  };
  return { take, figure, spoilt: () => (bad > mayFail ? [] : places) };
}

function statistic(sample: Sample, reduce: string): number {
  switch (reduce) {
    case 'sum':
      return sample.sum;
    case 'mean':
      return sample.sum / sample.count;
    case 'min':
      return sample.least;
    case 'max':
      return sample.most;
    default:
      return sample.quantile(Number(reduce.slice(1)) / 100);
  }
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
