import { parse } from 'csv-parse/sync';
import type { Json, JsonObject } from '../../model/json.js';
import { exactJson } from '../shared/json.js';
import { jsonReader } from '../shared/jsonl.js';
import { type Account, countUnreadable, nothingRead, ReadingError } from '../shared/reading.js';
import { type Encoding, textOf } from '../shared/text.js';
import { coberturaRows, junitRows } from './xml-reports.js';
import type { Format } from './formats.js';
import { lcovRows } from './lcov.js';
import { prometheusRows } from './prometheus.js';

/** The rows of a file, and how many of it could not be read as one. */
export interface Rows {
  rows: Json[];
  /** Names of the columns where the file has a header. */
  columns?: ReadonlySet<string>;
  account: Account;
}

export interface RowsOptions {
  format: Format;
  /** How the file is told in an error. */
  path: string;
  encoding: Encoding;
  separator: string;
}

/** The rows of a file. @throws ReadingError CHECK_FAILED where it is not as its format says, as a half-written one */
export function rowsOf(bytes: Uint8Array, options: RowsOptions): Rows {
  const { format, path, encoding } = options;
  if (format === 'jsonl') return jsonLines(bytes, encoding);
  const text = textOf(bytes, path, encoding);
  try {
    switch (format) {
      case 'csv':
        return csvRows(text, options.separator);
      case 'json':
        return whole(jsonRows(text));
      case 'prometheus':
        return prometheusRows(text);
      case 'junit':
        return whole(junitRows(text));
      case 'cobertura':
        return whole(coberturaRows(text));
      case 'lcov':
        return whole(lcovRows(text));
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0]?.replace(/\.$/, '') : 'it is broken';
    throw new ReadingError('CHECK_FAILED', `${path} cannot be read as ${format}: ${why}.`, cause);
  }
}

function whole(rows: Json[]): Rows {
  return { rows, account: nothingRead() };
}

function jsonRows(text: string): Json[] {
  const value = exactJson(text);
  return Array.isArray(value) ? value : [value];
}

function jsonLines(bytes: Uint8Array, encoding: Encoding): Rows {
  const rows: Json[] = [];
  const reader = jsonReader(
    (value) => {
      rows.push(value);
      return undefined;
    },
    { encoding },
  );
  reader.push(bytes);
  return { rows, account: { ...reader.end(), looked: 0 } };
}

/** The first line names the columns; a line with another number of them, or the header once more, is unreadable. */
function csvRows(text: string, delimiter: string): Rows {
  const account = nothingRead();
  const [header, ...records] = parse(text, {
    delimiter,
    record_delimiter: ['\r\n', '\n'],
    skip_empty_lines: true,
    relax_column_count: true,
    trim: delimiter.trim() !== '',
  }) as [string[] | undefined, ...string[][]];
  if (header === undefined) throw new Error('it has no header');
  const doubled = header.find((name, index) => header.indexOf(name) !== index);
  if (doubled !== undefined) throw new Error(`the column ${JSON.stringify(doubled)} stands twice in its header`);
  if (header.includes('')) throw new Error('a column has no name in its header');
  const rows: JsonObject[] = [];
  records.forEach((record, index) => {
    const at = `record ${index + 1}`;
    if (record.length !== header.length)
      countUnreadable(account, `${at} has ${record.length} columns, and the header has ${header.length}`);
    else if (record.every((cell, column) => cell === header[column]))
      countUnreadable(account, `${at} is the header once more`);
    else rows.push(Object.fromEntries(header.map((name, column) => [name, record[column] ?? ''])));
  });
  return { rows, columns: new Set(header), account };
}
