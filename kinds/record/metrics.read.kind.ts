import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';

const value = z.strictObject({
  path: z
    .string()
    .min(1)
    .optional()
    .describe('JSONPath, or the name of a column or top-level member; may be left out for `count`.'),
  reduce: z
    .enum(['last', 'first', 'count', 'sum', 'mean', 'min', 'max', 'p50', 'p95', 'p99'])
    .default('last')
    .describe('How the values of several rows become one.'),
  where: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .optional()
    .describe('Only rows in which each column or JSONPath has this value.'),
});

export const metricsRead = defineKind({
  title: 'Read metrics',
  about: 'Reads named figures from a JSON, JSON-lines or CSV file; a figure that is not there is left out.',
  input: z.strictObject({
    file: z.string().min(1),
    format: z.enum(['json', 'jsonl', 'csv']).optional().describe('By the suffix of the file when absent.'),
    values: z.record(z.string().regex(/^[A-Za-z_]\w*$/, 'a name of letters, digits and _'), value),
  }),
  outputs: z.object({
    values: z.record(z.string(), z.unknown()).describe('Number or text by name; missing figures are absent.'),
    rows: z.number().describe('Rows of the file (1 for a JSON object).'),
  }),
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
  sample: { values: { p95: 120 }, rows: 400 },
  leaves: ['source.json', 'source.jsonl', 'source.csv'],
});
