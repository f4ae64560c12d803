import { setImmediate } from 'node:timers/promises';
import { parse } from 'csv-parse';
import type { Json, JsonObject } from '../../model/json.js';
import { LONGEST_LINE } from '../shared/lines.js';
import { type Account, countUnreadable, nothingRead } from '../shared/reading.js';

export interface CsvOptions {
  separator: string;
  /** As before a last record without a line end was taken for half-written. */
  before?: boolean;
  /** Is told the names of the columns before the first row. */
  header?(columns: ReadonlySet<string>): void;
}

/**
 * Reads CSV: the first record names the columns. A record with another number of them, the header once more, and a last
 * one without a line end, which may be half-written, are unreadable.
 *
 * @param row is given each row
 */
export function csvReader(options: CsvOptions, row: (row: Json) => void) {
  const parser = parse({
    delimiter: options.separator,
    record_delimiter: ['\r\n', '\n'],
    skip_empty_lines: true,
    relax_column_count: true,
    trim: options.separator.trim() !== '',
    max_record_size: LONGEST_LINE,
  });
  let failed: Error | undefined;
  parser.on('error', (error) => {
    failed ??= error;
  });
  const table = tableOf(options, row);
  /** What came behind the last line end. */
  let behind = '';
  /** Records are there, and errors told, when the parser had its turn. */
  const drain = async (): Promise<void> => {
    await setImmediate();
    if (failed) throw failed;
    for (;;) {
      const record: string[] | null = parser.read();
      if (record === null) return;
      table.record(record);
    }
  };
  return {
    push: async (text: string): Promise<void> => {
      const at = text.lastIndexOf('\n');
      behind =
        (at < 0 && behind !== '' ? 'x' : '') +
        text
          .slice(at + 1)
          .trimStart()
          .slice(0, 1);
      parser.write(text);
      await drain();
    },
    end: async (): Promise<Account> => {
      parser.end();
      await drain();
      return table.end(behind === '');
    },
  };
}

/** Makes rows of records: each when the next one shows that it is not the last. */
function tableOf({ before = false, header }: CsvOptions, row: (row: Json) => void) {
  const account = nothingRead();
  let columns: string[] | undefined;
  let held: string[] | undefined;
  let count = 0;
  const take = (record: string[], names: string[]): void => {
    count += 1;
    const problem = problemOf(record, names);
    if (problem !== undefined) countUnreadable(account, `record ${count} ${problem}`);
    else row(rowOf(record, names));
  };
  return {
    record: (record: string[]): void => {
      if (columns === undefined) {
        checkHeader(record);
        columns = record;
        header?.(new Set(record));
        return;
      }
      if (held) take(held, columns);
      held = record;
    },
    end: (ended: boolean): Account => {
      if (columns === undefined) throw new Error('it has no header');
      if (held === undefined && !ended && !before) throw new Error('it ends within its header: it may be half-written');
      if (held && (ended || before)) take(held, columns);
      else if (held) countUnreadable(account, `record ${count + 1} has no line end: it may be half-written`);
      return account;
    },
  };
}

function rowOf(record: string[], names: string[]): JsonObject {
  const row: JsonObject = {};
  for (const [column, name] of names.entries()) row[name] = record[column] ?? '';
  return row;
}

function problemOf(record: string[], header: string[]): string | undefined {
  if (record.length !== header.length) return `has ${record.length} columns, and the header has ${header.length}`;
  if (record.some((cell) => cell.includes('\0'))) return 'holds zero bytes';
  return record.every((cell, column) => cell === header[column]) ? 'is the header once more' : undefined;
}

function checkHeader(header: string[]): void {
  const doubled = header.find((name, index) => header.indexOf(name) !== index);
  if (doubled !== undefined) throw new Error(`the column ${JSON.stringify(doubled)} stands twice in its header`);
  if (header.includes('__proto__')) throw new Error('a column is called __proto__');
  if (header.includes('')) throw new Error('a column has no name in its header');
  if (header.some((name) => name.includes('\0'))) throw new Error('its header holds zero bytes');
}
