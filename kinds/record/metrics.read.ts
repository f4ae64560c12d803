import { extname } from 'node:path';
import { parse } from 'csv-parse/sync';
import { compile } from 'json-p3';
import type { z } from 'zod';
import type { Json, JsonObject } from '../../model/json.js';
import type { metricsRead as kind } from './metrics.read.kind.js';
import { percentile } from '../../model/expression/statistics.js';
import { readNeeded } from '../shared/replace.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

type Input = z.infer<(typeof kind)['input']>;
type Wanted = Input['values'][string];
type Format = 'json' | 'jsonl' | 'csv';

export const metricsRead: HandlerOf<typeof kind> = {
  async do(input, context) {
    const path = context.path(input.file);
    const bytes = await readNeeded(path, 'The file of metrics');
    const format = input.format ?? formatOf(path);
    const rows = rowsOf(bytes.toString('utf8'), format, path);
    const values = valuesOf(rows, input);
    await context.evidence.write(`source.${format}`, bytes);
    const missing = Object.keys(input.values).filter((name) => !Object.hasOwn(values, name));
    const found = Object.entries(values).map(([name, value]) => `${name} ${String(value)}`);
    return {
      outputs: { values, rows: rows.length },
      summary: `${found.join(', ') || 'nothing found'} (${rows.length} rows${missing.length > 0 ? `; not there: ${missing.join(', ')}` : ''})`,
    };
  },
  recompute(input, read) {
    const format = input.format ?? formatOf(input.file);
    const bytes = read(`source.${format}`);
    if (bytes === undefined) return undefined;
    const rows = rowsOf(bytes.toString('utf8'), format, input.file);
    return { values: valuesOf(rows, input), rows: rows.length };
  },
};

function valuesOf(rows: readonly Json[], input: Input): JsonObject {
  const values: JsonObject = {};
  for (const [name, wanted] of Object.entries(input.values)) {
    const value = figure(rows, wanted);
    // A figure that is not there stays absent, so that a gate on it is inconclusive and never passes.
    if (value !== undefined) values[name] = value;
  }
  return values;
}

function formatOf(path: string): Format {
  const suffix = extname(path).slice(1).toLowerCase();
  if (suffix === 'json' || suffix === 'jsonl' || suffix === 'csv') return suffix;
  if (suffix === 'ndjson') return 'jsonl';
  throw new StepError('BAD_INPUT', `The format of ${path} is not known by its suffix; say format: json, jsonl or csv.`);
}

function rowsOf(text: string, format: Format, path: string): Json[] {
  try {
    if (format === 'csv')
      return parse(text, { columns: true, skip_empty_lines: true, bom: true, trim: true }) as Json[];
    if (format === 'jsonl')
      return text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => JSON.parse(line) as Json);
    const value = JSON.parse(text) as Json;
    return Array.isArray(value) ? value : [value];
  } catch (cause) {
    throw new StepError(
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
      throw new StepError('BAD_INPUT', `${JSON.stringify(path)} is no JSONPath (RFC 9535).`, { cause });
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
