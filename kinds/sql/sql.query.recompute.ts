import { z } from 'zod';
import type { Json } from '../../model/json.js';
import { exactJson } from '../shared/json.js';
import { ReadingError } from '../shared/reading.js';
import type { RecomputeOf } from '../shared/recompute-of.js';
import { type Scalar, type Told, oneFigure } from '../shared/one-figure.js';
import { numberIn } from '../shared/numbers.js';
import { ENGINES } from './connection-fields.js';
import type { sqlQuery as kind } from './sql.query.kind.js';
import { type Cell, type Column, meaningOf, tableRecord } from './table.js';

type Input = z.infer<(typeof kind)['input']>;
type Outputs = z.infer<(typeof kind)['outputs']>;

/** What the record says of a statement: what came, as the server wrote it. */
export const answerRecord = tableRecord.extend({
  engine: z.enum(ENGINES),
  server: z.string(),
  warnings: z.array(z.string()),
  ms: z.number(),
  credentials: z.int(),
});
export type AnswerRecord = z.infer<typeof answerRecord>;

/** What was asked. */
const askedRecord = z.object({ query: z.string(), values: z.array(z.json()) });
/** What stands where a secret or a credential was. */
const MASKED = /\[(?:redacted|credential)\]/;

const MOST_LISTED = 20;
const LISTED_BYTES = 16 * 1024;

/** The step leaves its answer, and the figures are of that. */
export const recomputeSqlQuery: RecomputeOf<typeof kind> = (input, read) => {
  const bytes = read('answer.json');
  if (bytes === undefined) return undefined;
  const record = exactJson(bytes.toString('utf8'));
  refuseOther(input, askedRecord.parse(record));
  return outputsOf(input, answerRecord.parse(record));
};

/**
 * An answer is one to the statement of the plan. What had to be taken out of the record is not compared.
 *
 * @throws ReadingError CHECK_FAILED
 */
function refuseOther({ query, values }: Input, record: z.infer<typeof askedRecord>): void {
  const same = (kept: Json | undefined, planned: Json | undefined): boolean =>
    kept === planned || (typeof kept === 'string' && MASKED.test(kept));
  const other = !same(record.query, query) || record.values.length !== values.length;
  if (!other && values.every((value, at) => same(record.values[at], value))) return;
  throw new ReadingError('CHECK_FAILED', 'The record is of another statement, or of other values, than the plan says.');
}

/** The figures of an answer, with all else that the step gives. */
export function outputsOf(input: Input, record: AnswerRecord): Outputs {
  const { rows, more, server, ms, credentials, warnings } = record;
  const [warning] = warnings;
  const doubt =
    warning === undefined || input.accept.includes('warnings')
      ? undefined
      : `it comes with a warning: ${warning.slice(0, 200)}`;
  const counted = more || doubt !== undefined ? {} : { rows: rows.length };
  const figures = input.rows === 'one' ? oneRow(input, record, doubt) : manyRows(input, record, doubt);
  return { ...figures, ...counted, server, ms, credentials };
}

type Figures = Pick<Outputs, 'values' | 'unknown' | 'list'>;

function oneRow(input: Input, { columns, rows, more, engine }: AnswerRecord, doubt: string | undefined): Figures {
  const [row] = rows;
  const several = more || rows.length > 1 ? 'several rows are there: make one of them, or say `rows: many`' : undefined;
  const why = doubt ?? several ?? (row === undefined && input.none === undefined ? 'no row is there' : undefined);
  if (why !== undefined) return { values: {}, unknown: { row: why }, list: [] };
  if (row === undefined) return { values: input.none ?? {}, unknown: {}, list: [] };
  return { ...figuresOf(input, columns, row, engine), list: [] };
}

function manyRows(input: Input, { columns, rows, more, engine }: AnswerRecord, doubt: string | undefined): Figures {
  if (doubt !== undefined) return { values: {}, unknown: { rows: doubt }, list: [] };
  const list: Outputs['list'] = [];
  let bytes = 0;
  for (const row of rows.slice(0, MOST_LISTED)) {
    const { values } = figuresOf(input, columns, row, engine);
    bytes += Buffer.byteLength(JSON.stringify(values));
    if (bytes > LISTED_BYTES) break;
    list.push(values);
  }
  const why: Record<string, string> = more ? { rows: `more than ${rows.length} are there` } : {};
  return { values: {}, unknown: why, list };
}

/** The figures of one row by the names of its columns. */
function figuresOf(
  { as }: Input,
  columns: readonly Column[],
  row: readonly Cell[],
  engine: AnswerRecord['engine'],
): Pick<Outputs, 'values' | 'unknown'> {
  const values: [string, Scalar][] = [];
  const unknown: [string, string][] = [];
  for (const [at, column] of columns.entries()) {
    const { name } = column;
    const twice = columns.filter((other) => other.name === name).length;
    const wanted = Object.hasOwn(as, name) ? as[name] : undefined;
    const told: Told =
      twice > 1
        ? { why: `${twice} columns have this name: name them with AS` }
        : cellFigure(row[at] ?? null, column, wanted, engine);
    if ('value' in told) values.push([name, told.value]);
    else unknown.push([name, told.why]);
  }
  const names = columns.map(({ name }) => name);
  for (const name of Object.keys(as)) if (!names.includes(name)) unknown.push([name, 'there is no such column']);
  return { values: Object.fromEntries(values), unknown: Object.fromEntries(unknown) };
}

function cellFigure(
  cell: Cell,
  column: Column,
  as: 'number' | 'text' | undefined,
  engine: AnswerRecord['engine'],
): Told {
  if (cell === null) return { why: 'it is NULL' };
  if (as === 'text') return oneFigure(cell, 'text');
  const meaning = meaningOf(column, engine);
  if (meaning === 'truth') return { value: cell === 't' };
  if (meaning === 'other') {
    return { why: `it is a value of type ${column.type}: take it apart in the query, or say \`as: text\`` };
  }
  if (meaning === 'text') return oneFigure(cell, as);
  const number = numberIn(cell);
  if (number !== undefined) return { value: number + 0 };
  return oneFigure(cell, 'number');
}
