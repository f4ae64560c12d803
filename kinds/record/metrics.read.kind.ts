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
  where: z
    .record(z.string(), scalar)
    .optional()
    .describe('Only rows in which each column or JSONPath has this value: `{ name: up, $.labels.code: "200" }`.'),
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
    without: z
      .record(z.string(), z.int())
      .describe(
        'How many of its rows a figure found nothing in, by its name; of a row that no figure used, `leftOut`.',
      ),
    ...accountOutputs,
    credentials: z.int().describe('Credentials that nobody declared, found in the file and masked before it was read.'),
  }),
  members: ({ values }) => ({ values }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  undo: null,
  meets: {
    'a report': 'becomes rows: what each holds stands under [Rows of a report](runbook-format.md#rows-of-a-report)',
    'a file that is not there, or may not be read': 'NOT_FOUND',
    'an empty or half-written file':
      'CHECK_FAILED, so that `until` looks again; lines without a row, zero bytes alone, a report without a test case, a line or a sample are one. A CSV of a header alone and the JSON `[]` are tables without a row',
    'a last line without its end':
      'of CSV and Prometheus unreadable, for it may be half-written; of JSON lines it counts when it is whole, and no number',
    'a row that cannot be read': 'unreadable: with more than `unreadable.atMost` the step fails',
    'a figure that is not there': 'absent, so that a gate on it is inconclusive',
    'the last row has no value, `null` or `""`':
      '`last` is absent: the row before is not the last one; `first` likewise. Say by `where` which rows are meant',
    'a count in a list that is not there':
      'of a row that does not hold the list, nothing is counted, and `without` says how many; where no row holds it, the figure is absent',
    'a row without the member of `sum`, `mean`, `min`, `max`, `p50` …':
      'the figure is of the others; `without` says how many have none, `leftOut` how many no figure used',
    'a value that is no number':
      'the figure is absent, unless `unreadable.atMost` allows for it; a number is one as JSON writes it, so `""`, `0x10`, `1,5`, `1e999`, a list and a boolean are none',
    'digits that a double does not hold':
      'stay text, and give no sum; `0.10000000000000001`, as programs print 0.1, is 0.1',
    'a text that looks like a number': 'stays text; a cell of CSV is a number where it is one, unless `as: text`',
    'several values at one path': 'all are reduced; `last`, `first` and `where` want one, and say how many there are',
    'a member with two values, JSON that is nested deeper than 1,000': 'an error, or an unreadable line',
    'a column that is missing, doubled or without a name, or the header once more': 'an error, or an unreadable row',
    'another encoding': 'UTF-16 by its byte order mark, else `encoding`; other bytes are an error that names the first',
    'other line ends': 'LF and CRLF end a line; a lone CR and U+2028 do not',
    'a huge file':
      'read in pieces, between which the worker answers; refused beyond 256 MiB (JSON beyond 32 MiB: write it as lines) and 20 million rows',
    'a series or a label twice, what stands behind `# EOF`, a line of more than 128 KiB (Prometheus)': 'unreadable',
    'a report that says more than it holds':
      'an error: fewer tests or failures than a suite or the whole says (JUnit), fewer lines, or more of them hit, than are said (lcov, Cobertura)',
    'a line, class or file twice (lcov, Cobertura)': 'counts once, and as hit where one of them is',
    'a failure of a suite, in no test case (JUnit)': 'a row without a name; one that was not run is skipped',
    'what is no line of lcov, or stands outside of a file': 'an error',
    'a link': 'followed; a pipe or a folder is refused',
  },
  example: `id: figures
uses: metrics.read
with:
  file: out/latency.csv
  values: { p95: { path: ms, reduce: p95, where: { route: /validate } } }
`,
  sample: { values: { p95: 120 }, rows: 400, without: {}, looked: 400, unreadable: 0, leftOut: 0, credentials: 0 },
  leaves: FORMATS.map((format) => `source.${format}`),
});
