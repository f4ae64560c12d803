import { z } from 'zod';
import { asField, figureOutputs } from '../shared/one-figure.js';
import { connectionFields, connectionProblem, reachedBy } from './connection-fields.js';
import { statementProblem } from './statement.js';
import { defineKind } from '../../model/schema/format/kind.js';

const scalar = z.union([z.string().max(10_000), z.number(), z.boolean()]);

export const sqlQuery = defineKind({
  title: 'SQL query',
  about:
    'Reads figures from Postgres, MySQL or MariaDB by one statement that only reads; a figure that is not sure is unknown.',
  input: z
    .strictObject({
      ...connectionFields,
      query: z
        .string()
        .min(1)
        .max(10_000)
        .refine((text) => !text.includes('${{'), {
          message:
            'holds ${{ }}, which could be any part of a statement: write $1 (Postgres) or ? (MySQL), and the value under `values`',
        })
        .describe(
          'One statement: SELECT, WITH, VALUES, TABLE or SHOW. $1, $2 … (Postgres) or ? (MySQL) stand for `values`.',
        ),
      values: z.array(scalar.nullable()).max(100).default([]).describe('What is bound to its places, in their order.'),
      rows: z
        .enum(['one', 'many'])
        .default('one')
        .describe('`one`: a row of figures by the names of its columns. `many`: their number, and the first of them.'),
      none: z
        .record(z.string(), scalar)
        .optional()
        .describe('Figures by column for when there is no row, e.g. { total: 0 }. Without it they are unknown then.'),
      as: z
        .record(z.string(), asField.unwrap())
        .default({})
        .describe('By column: `number`, or `text` as it is written.'),
      accept: z
        .array(z.enum(['warnings']))
        .default([])
        .describe('What may come with an answer without making it unknown.'),
      most: z
        .int()
        .min(1)
        .max(10_000)
        .default(1000)
        .describe('Of `many`: with more rows, even their number is unknown.'),
      maxBytes: z
        .int()
        .min(1024)
        .max(16 * 1024 * 1024)
        .default(1024 * 1024)
        .describe('How much the server may say in all.'),
    })
    .superRefine((input, context) => {
      const problem = connectionProblem(input);
      if (problem !== undefined) context.addIssue({ code: 'custom', path: ['url'], message: problem });
      const wrong = statementProblem(input.query, input.engine);
      if (wrong !== undefined) context.addIssue({ code: 'custom', path: ['query'], message: wrong });
    }),
  outputs: z.object({
    ...figureOutputs,
    rows: z.int().optional().describe('Rows; absent when there are more than were read.'),
    list: z
      .array(figureOutputs.values)
      .describe('Of `many` the first rows, at most 20 and 16 KiB; the others are in answer.json.'),
    server: z.string().describe('What it calls itself, with its version.'),
    ms: z.number().describe('Milliseconds from the connection to the whole answer.'),
    credentials: z.int().describe('Credentials that nobody declared, found in the answer and masked.'),
  }),
  effect: 'none',
  reach: reachedBy,
  writes: 'none',
  undo: null,
  meets: {
    'a statement that writes':
      'refused, by its first word and by the server: it runs in a transaction that only reads, and that is taken back. A function that acts outside of it (pg_terminate_backend, GET_LOCK) is not: give it a user who may only read',
    'several statements': 'the server takes one: it runs as a prepared statement',
    values: 'are bound by the server, and never part of the text; `${{ }}` in `query` is refused',
    'no row': 'unknown, unless `none` says what that means; `rows` is 0',
    'several rows where one is wanted': 'unknown',
    'more rows than `most`': 'unknown, their number too',
    NULL: 'unknown',
    'a number that a double does not hold':
      'unknown, unless it is wanted `as: text`: then its digits. An average of Postgres may have more digits: write `avg(x)::float8`',
    'NaN, Infinity, dates that are infinite': 'unknown, unless `as: text`',
    'dates and times': 'text, as the server writes it: ISO, in UTC where they have a zone',
    'a text column that holds a number': 'unknown, unless `as` says what is meant',
    'arrays, JSON, bytes': 'unknown, unless `as: text`: as the server writes it, bytes as \\x and hexadecimal digits',
    'two columns of one name': 'unknown: name them with AS',
    'warnings of MySQL': "all is unknown, unless they are accepted: `CAST('abc' AS SIGNED)` is 0 with a warning",
    'a step that is stopped':
      'ends its statement on the server, by a second connection; `timeout` is told to the server, too',
    TLS: 'certificate and name are checked; without TLS only on this machine, or with `tls: off`. Of the options of an address `sslmode` is taken',
    'a server that hangs, closes in the middle, takes no more connections, starts up': 'fails, and is tried again',
    'a wrong password, an unknown database, no rights, a wrong statement':
      'EXPECTATION_FAILED, without the password; not tried again',
    'a pool before it':
      'works: a second connection names the server process. What a pool keeps of a session is set within the transaction (Postgres)',
    'variables of the worker': 'name no host, user, password or database',
  },
  example: `id: orders
uses: sql.query
with:
  engine: postgres
  url: { env: DATABASE_URL }
  query: SELECT count(*) AS total, max(created_at) AS newest FROM orders WHERE shop = $1
  values: [north]
`,
  sample: {
    values: { total: 1200, newest: '2026-01-01 00:00:00+00' },
    unknown: {},
    rows: 1,
    list: [],
    server: 'PostgreSQL 17.5',
    ms: 14,
    credentials: 0,
  },
  leaves: ['answer.json'],
});
