import { parse } from 'csv-parse/sync';
import type { z } from 'zod';
import { type Json, type JsonObject, parseJson } from '../../model/json.js';
import type { metricsRead as kind } from './metrics.read.kind.js';
import { percentile } from '../../model/expression/statistics.js';
import { compile, whyNoJsonPath } from '../shared/json-path-query.js';
import type { RecomputeOf } from '../shared/recompute-of.js';

type Values = z.infer<(typeof kind)['input']>['values'];
type Wanted = Values[string];
type Format = 'json' | 'jsonl' | 'csv';

/** The figures cannot be had: the input asks for what cannot be, or the file is not as its format says. */
export class MetricsError extends Error {
  override readonly name = 'MetricsError';
  constructor(
    readonly code: 'BAD_INPUT' | 'EXPECTATION_FAILED',
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/** The step leaves a copy of the file that it read. */
export const recomputeMetricsRead: RecomputeOf<typeof kind> = (input, read) => {
  const format = input.format ?? formatOf(input.file);
  const bytes = read(`source.${format}`);
  return bytes === undefined ? undefined : figuresOf(bytes.toString('utf8'), format, input.file, input.values);
};

/**
 * The named figures of a file.
 *
 * @param path how the file is told in an error
 * @throws MetricsError
 */
export function figuresOf(
  text: string,
  format: Format,
  path: string,
  wanted: Values,
): { values: JsonObject; rows: number } {
  const rows = rowsOf(text, format, path);
  return { values: valuesOf(rows, wanted), rows: rows.length };
}

function valuesOf(rows: readonly Json[], wanted: Values): JsonObject {
  const values: JsonObject = {};
  for (const [name, one] of Object.entries(wanted)) {
    const value = figure(rows, one);
    // A figure that is not there stays absent, so that a gate on it is inconclusive and never passes.
    if (value !== undefined) values[name] = value;
  }
  return values;
}

/** The format that a file's suffix says. @throws MetricsError */
export function formatOf(path: string): Format {
  const suffix = /[^/]\.([^./]+)$/.exec(path)?.[1]?.toLowerCase();
  if (suffix === 'json' || suffix === 'jsonl' || suffix === 'csv') return suffix;
  if (suffix === 'ndjson') return 'jsonl';
  throw new MetricsError(
    'BAD_INPUT',
    `The format of ${path} is not known by its suffix; say format: json, jsonl or csv.`,
  );
}

function rowsOf(text: string, format: Format, path: string): Json[] {
  try {
    if (format === 'csv')
      return parse<Record<string, string>>(text, { columns: true, skip_empty_lines: true, bom: true, trim: true });
    if (format === 'jsonl')
      return text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => parseJson(line));
    const value = parseJson(text);
    return Array.isArray(value) ? value : [value];
  } catch (cause) {
    throw new MetricsError(
      'EXPECTATION_FAILED',
      `${path} cannot be read as ${format}: ${cause instanceof Error ? cause.message.split('\n')[0] : 'it is broken'}.`,
    );
  }
}

/** The value at a JSONPath, or of a column or top-level member, in one row. */
function at(row: Json, path: string): Json | undefined {
  if (path.startsWith('$')) {
    try {
      return compile(path).match(row)?.value as Json | undefined;
    } catch (cause) {
      throw new MetricsError('BAD_INPUT', `The file cannot be read: ${whyNoJsonPath(path, cause)}.`, cause);
    }
  }
  return row !== null && typeof row === 'object' && !Array.isArray(row) && Object.hasOwn(row, path)
    ? row[path]
    : undefined;
}

function figure(rows: readonly Json[], { path, reduce, where }: Wanted): Json | undefined {
  // A CSV column is text, so a number is compared by its text too.
  const chosen = rows.filter((row) => Object.entries(where ?? {}).every(([key, value]) => same(at(row, key), value)));
  if (path === undefined) return reduce === 'count' ? chosen.length : undefined;
  const found = chosen
    .map((row) => at(row, path))
    .filter((value) => value !== undefined && value !== null && value !== '');
  if (reduce === 'count') return found.length;
  if (found.length === 0) return undefined;
  if (reduce === 'first' || reduce === 'last') return scalar(found.at(reduce === 'first' ? 0 : -1));
  const numbers = found.map(Number);
  // One value that is no number spoils the figure: half a sample is not the sample.
  if (numbers.some((number) => !Number.isFinite(number))) return undefined;
  switch (reduce) {
    case 'sum':
      return numbers.reduce((a, b) => a + b, 0);
    case 'mean':
      return numbers.reduce((a, b) => a + b, 0) / numbers.length;
    case 'min':
      return Math.min(...numbers);
    case 'max':
      return Math.max(...numbers);
    default:
      return percentile(numbers, Number(reduce.slice(1)) / 100);
  }
}

function same(found: Json | undefined, wanted: Json): boolean {
  return found === wanted || (found !== undefined && found !== null && String(found) === String(wanted));
}

function scalar(value: Json | undefined): Json | undefined {
  if (typeof value === 'string') {
    const number = Number(value);
    return value.trim() !== '' && Number.isFinite(number) ? number : value.slice(0, 500);
  }
  return typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}
