import { posix } from 'node:path';
import { type Cobertura, coberturaClasses, joinLine, type Line, linesOf, sumOf } from '../record/cobertura.js';
import { type FileCoverage, lcovReader } from '../record/lcov.js';
import { exactJsonInTurns } from '../shared/json.js';
import { pauses } from '../shared/pauses.js';
import { ReadingError } from '../shared/reading.js';
import { textOf, textPieces } from '../shared/text.js';
import type { CoverageFormat } from './coverage.read.kind.js';
import { readFinal, readSummary } from './istanbul.js';

/** A report by its files, each once. */
export interface Coverage {
  format: CoverageFormat;
  files: FileCoverage[];
  /** Lines that were not hit, by file; a report of totals alone tells of none. */
  missed: Map<string, LineRange[]>;
  /** When the report says that it was made, in milliseconds since 1970; of seconds, their last. */
  at?: number;
}

/** The first line and the last; between them may stand lines that cannot be hit. */
export type LineRange = readonly [from: number, to: number];

/**
 * Lines that were not hit, as ranges: one goes on until a line that was hit.
 *
 * @param hits lines by their numbers, and whether each was hit
 */
export function missedIn(hits: ReadonlyMap<string, boolean>): LineRange[] {
  const ranges: [number, number][] = [];
  let open: [number, number] | undefined;
  const sorted = [...hits].map((one) => ({ line: Number(one[0]), hit: one[1] })).toSorted((a, b) => a.line - b.line);
  for (const { line, hit } of sorted) {
    if (hit) open = undefined;
    else if (open) open[1] = line;
    else ranges.push((open = [line, line]));
  }
  return ranges;
}

const PIECE_BYTES = 1 << 14;
/** A time of today in seconds is below this, one in milliseconds above. */
const SURELY_MS = 100_000_000_000;

/**
 * The name of a source file in a root: relative to it where it lies in it, else as it stands.
 *
 * @param root absolute, as the program that wrote the report would say it
 */
export function nameIn(root: string): (file: string) => string {
  const base = plain(root).replace(/\/$/, '');
  return (file) => {
    const path = plain(file);
    return path.startsWith(`${base}/`) ? path.slice(base.length + 1) : path;
  };
}

const plain = (path: string): string => posix.normalize(path.replaceAll('\\', '/'));
const isAbsolute = (path: string): boolean => /^(?:\/|[A-Za-z]:\/)/.test(plain(path));

/**
 * Reads a coverage report. All else of the process goes on meanwhile.
 *
 * @param path how the file is told in an error
 * @throws ReadingError CHECK_FAILED for one that is empty, torn, of another format, or holds no line
 */
export async function readCoverage(
  bytes: Uint8Array,
  { format, path, nameOf }: { format: CoverageFormat; path: string; nameOf: (file: string) => string },
): Promise<Coverage> {
  try {
    const read = await reading(bytes, format, path, nameOf);
    if (read.files.every(({ lines }) => lines === 0)) throw new Error('it holds no line');
    return { format, ...read };
  } catch (cause) {
    if (cause instanceof ReadingError) throw cause;
    const why = cause instanceof Error ? cause.message.split('\n')[0]?.replace(/\.$/, '') : 'it is broken';
    throw new ReadingError('CHECK_FAILED', `${path} cannot be read as ${format} coverage: ${why}.`, cause);
  }
}

async function reading(
  bytes: Uint8Array,
  format: CoverageFormat,
  path: string,
  nameOf: (file: string) => string,
): Promise<Omit<Coverage, 'format'>> {
  const pause = pauses();
  const missed: Coverage['missed'] = new Map();
  const lines = (file: string, hits: ReadonlyMap<string, boolean>): void => void missed.set(file, missedIn(hits));
  if (format === 'lcov') {
    const files: FileCoverage[] = [];
    const reader = lcovReader('utf-8', (row) => files.push(row), nameOf, lines);
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      reader.push(bytes.subarray(at, at + PIECE_BYTES));
      await pause();
    }
    const { problem, unreadable } = reader.end();
    if (unreadable > 0) throw new Error(problem ?? 'a line cannot be read');
    return { files, missed };
  }
  if (format === 'cobertura') {
    const reader = coberturaClasses();
    for (const piece of textPieces(bytes, path)) {
      reader.push(piece);
      await pause();
    }
    const held = reader.end();
    const at = timeOf(held.root.timestamp);
    return { files: filesOf(held, nameOf, lines), missed, ...(at === undefined ? {} : { at }) };
  }
  const document = await exactJsonInTurns(textOf(bytes, path));
  const files = format === 'istanbul' ? readFinal(document, nameOf, lines) : readSummary(document, nameOf);
  return { files, missed };
}

/** Seconds or milliseconds since 1970, as programs write it. */
function timeOf(text: string | undefined): number | undefined {
  const said = /^\d{9,15}$/.test(text ?? '') ? Number(text) : undefined;
  if (said === undefined) return undefined;
  return said >= SURELY_MS ? said : said * 1000 + 999;
}

/** Classes of one file share its lines. */
function filesOf(
  { classes, sources }: Cobertura,
  nameOf: (file: string) => string,
  told: (file: string, hits: ReadonlyMap<string, boolean>) => void,
): FileCoverage[] {
  const [source = ''] = sources;
  // Of several folders nobody says which one a file lies in.
  const among = (file: string): string => (sources.length === 1 && !isAbsolute(file) ? `${source}/${file}` : file);
  const all = new Map<string, { lines: Map<string, Line>; methods: Map<string, boolean> }>();
  for (const one of classes) {
    const file = nameOf(among(one.told.file));
    const known = all.get(file) ?? { lines: new Map(), methods: new Map() };
    all.set(file, known);
    for (const [number, line] of linesOf(one)) joinLine(known.lines, number, line);
    for (const [name, hit] of one.methods) {
      const key = JSON.stringify([one.told.class, name]);
      known.methods.set(key, hit || known.methods.get(key) === true);
    }
  }
  return [...all].map(([file, { lines, methods }]) => {
    told(file, new Map([...lines].map(([number, { hit }]) => [number, hit])));
    return {
      file,
      ...sumOf(lines),
      functions: methods.size,
      coveredFunctions: [...methods.values()].filter(Boolean).length,
    };
  });
}
