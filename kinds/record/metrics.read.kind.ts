import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { accountOutputs, unreadableField } from '../shared/reading.js';
import { scalar } from '../shared/where.js';
import { FORMATS } from './formats.js';

const value = z.strictObject({
  path: z
    .string()
    .min(1)
    .optional()
    .describe('JSONPath, or the name of a column or top-level member; may be left out for `count`.'),
  reduce: z
    .enum(['last', 'first', 'count', 'sum', 'mean', 'min', 'max', 'p50', 'p95', 'p99'])
    .default('last')
    .describe('How the values of several rows become one. `last` and `first` want one value a row.'),
  as: z
    .enum(['number', 'text'])
    .optional()
    .describe(
      'What `last` and `first` give; by default what stands there, and of a column of CSV a number if it is one.',
    ),
  where: z.record(z.string(), scalar).optional().describe('Only rows in which each column or JSONPath has this value.'),
});

export const metricsRead = defineKind({
  title: 'Read metrics',
  about:
    'Reads named figures from a file of JSON, JSON lines, CSV, Prometheus text, JUnit, Cobertura or lcov; a figure that is not there is left out.',
  input: z.strictObject({
    file: z.string().min(1),
    format: z
      .enum(FORMATS)
      .optional()
      .describe('By the suffix of the file when absent: .json, .jsonl, .ndjson, .csv, .prom, .lcov.'),
    separator: z.string().length(1).default(',').describe('What stands between the columns of CSV.'),
    encoding: z
      .enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'])
      .default('utf-8')
      .describe('Of a file without a byte order mark.'),
    values: z.record(z.string().regex(/^[A-Za-z_]\w*$/, 'a name of letters, digits and _'), value),
    unreadable: unreadableField,
  }),
  outputs: z.object({
    values: z.record(z.string(), z.unknown()).describe('Number or text by name; missing figures are absent.'),
    rows: z.number().describe('Rows of the file that could be read (1 for a JSON object).'),
    ...accountOutputs,
  }),
  members: ({ values }) => ({ values }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  undo: null,
  example: `id: figures
uses: metrics.read
with:
  file: out/latency.csv
  values: { p95: { path: ms, reduce: p95, where: { route: /validate } } }
`,
  sample: { values: { p95: 120 }, rows: 400, looked: 400, unreadable: 0, leftOut: 0 },
  leaves: FORMATS.map((format) => `source.${format}`),
});
