import type { Json } from '../../model/json.js';
import { jsonElements } from '../shared/json.js';
import { jsonReader } from '../shared/jsonl.js';
import { type Account, nothingRead, ReadingError } from '../shared/reading.js';
import { type Encoding, textOf, textPieces } from '../shared/text.js';
import { coberturaReader } from './cobertura.js';
import { csvReader } from './csv.js';
import type { Format } from './formats.js';
import { lcovReader } from './lcov.js';
import { prometheusReader } from './prometheus.js';
import { junitReader } from './junit.js';

/** Bytes that are read at once: some milliseconds. */
const PIECE_BYTES = 1 << 14;

export interface RowsOptions {
  format: Format;
  /** How the file is told in an error. */
  path: string;
  encoding: Encoding;
  separator: string;
  /** As an earlier version read it, for the bundles of before: two values of a member, no row, no last line end. */
  before: boolean;
  /** Is told the names of the columns, where the file has a header, before the first row. */
  header(columns: ReadonlySet<string>): void;
}

/** Reads a file in pieces, and tells its rows meanwhile. */
interface PieceReader<P> {
  push(piece: P): void | Promise<void>;
  /** How many could not be read as a row. */
  end(): Account | Promise<Account>;
}

/**
 * The rows of a file, as many at once as take some milliseconds; none is kept.
 *
 * @returns how many of it could not be read as one
 * @throws ReadingError CHECK_FAILED where it is not as its format says, as a half-written one
 */
export async function* rowsOf(bytes: Uint8Array, options: RowsOptions): AsyncGenerator<readonly Json[], Account> {
  const { format, path } = options;
  try {
    return yield* batchesOf(bytes, options);
  } catch (cause) {
    if (cause instanceof ReadingError) throw cause;
    const why = cause instanceof Error ? cause.message.split('\n')[0]?.replace(/\.$/, '') : 'it is broken';
    throw new ReadingError('CHECK_FAILED', `${path} cannot be read as ${format}: ${why}.`, cause);
  }
}

function batchesOf(bytes: Uint8Array, options: RowsOptions) {
  const { format, path, encoding } = options;
  switch (format) {
    case 'json':
      return jsonRows(textOf(bytes, path, encoding), options.before);
    case 'jsonl':
      return batches(piecesOf(bytes), (row) => linesReader(options, row));
    case 'prometheus':
      return batches(piecesOf(bytes), (row) => prometheusReader(encoding, row));
    case 'lcov':
      return batches(piecesOf(bytes), (row) => lcovReader(encoding, row));
    case 'csv':
      return batches(textPieces(bytes, path, encoding), (row) => csvReader(options, row));
    case 'junit':
      return batches(textPieces(bytes, path, encoding), junitReader);
    case 'cobertura':
      return batches(textPieces(bytes, path, encoding), coberturaReader);
  }
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

async function* batches<P>(
  pieces: Iterable<P>,
  readerOf: (row: (row: Json) => void) => PieceReader<P>,
): AsyncGenerator<readonly Json[], Account> {
  let rows: Json[] = [];
  const reader = readerOf((row) => rows.push(row));
  for (const piece of pieces) {
    await reader.push(piece);
    yield rows;
    rows = [];
  }
  const account = await reader.end();
  yield rows;
  return account;
}

async function* jsonRows(text: string, before: boolean): AsyncGenerator<readonly Json[], Account> {
  const elements = jsonElements(text, before ? 'last' : 'refused');
  for (let rows: Json[] = []; ; ) {
    const { done, value } = elements.next();
    if (done) {
      yield value === undefined ? rows : [value];
      return nothingRead();
    }
    if (value) rows.push(value.element);
    else {
      yield rows;
      rows = [];
    }
  }
}

function linesReader({ encoding, before }: RowsOptions, row: (row: Json) => void): PieceReader<Uint8Array> {
  let count = 0;
  const take = (value: Json): undefined => {
    count += 1;
    row(value);
  };
  const reader = jsonReader(take, { encoding, twice: before ? 'last' : 'refused' });
  return {
    push: reader.push,
    end: () => {
      const account = reader.end();
      if (count + account.unreadable === 0 && !before) throw new Error('it holds no row');
      return account;
    },
  };
}
