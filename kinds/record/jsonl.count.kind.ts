import { z } from 'zod';
import { duration } from '../shared/fields.js';
import { accountOutputs, unreadableField } from '../shared/reading.js';
import { timeFields } from '../shared/times.js';
import { defineKind } from '../../model/schema/format/kind.js';
import { where } from '../shared/where.js';

export const jsonlCount = defineKind({
  title: 'Count JSON lines',
  about: 'Counts the records of a JSON Lines file that match filters, in a window of time.',
  input: z.strictObject({
    file: z.string().min(1).describe('Path of the JSON Lines file.'),
    counts: z
      .record(z.string().regex(/^[a-z][A-Za-z0-9]*$/, 'a name of letters and digits'), where)
      .refine((counts) => Object.keys(counts).length >= 1 && Object.keys(counts).length <= 50, {
        message: 'give 1 to 50 counts',
      })
      .describe('What is counted: a name, and the fields that a record must have.'),
    distinct: z
      .string()
      .min(1)
      .optional()
      .describe('Field by which records are told apart: each value counts once. Dots lead into objects: `order.id`.'),
    timeField: z
      .string()
      .min(1)
      .default('ts')
      .describe(
        'Field with the time of a record: ISO 8601 with a zone, or a number of `timeUnit`. Dots lead into objects.',
      ),
    ...timeFields,
    since: z.string().optional().describe('ISO 8601 with a zone: only records from then on count.'),
    window: duration.optional().describe('Only records of the last so long; shortened by a rehearsal’s time scale.'),
    unreadable: unreadableField,
  }),
  outputs: z.object({
    ...accountOutputs,
    lines: z.int().describe('Records in the window: `looked` by its older name.'),
    malformed: z.int().describe('Lines that are no JSON object, or have no time where one is asked for: `unreadable`.'),
    counts: z.record(z.string(), z.int()).describe('How many records match each filter.'),
    first: z.string().describe('Time of the first record; empty without one.'),
    last: z.string(),
  }),
  members: ({ counts }) => ({ counts }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  undo: null,
  meets: {
    'an empty file': 'counts of 0: a day without a record; let a gate look at `looked` where there must be some',
    'a file that is not there, or may not be read': 'NOT_FOUND',
    'a half-written last line': 'unreadable; a last record without a line end counts when it is whole',
    'a line that is no record, or has no time in a window':
      'unreadable: with more than `unreadable.atMost` the step fails, and `until` looks again',
    'a time without a zone, a number without `timeUnit`, a time ahead of the clock by more than `skew`': 'unreadable',
    'records older than the window': 'left out, and counted as that',
    'a record with two values of a member, or nested deeper than 1,000': 'unreadable',
    'a number that is written as text':
      'the same in a filter: `500` finds `"500"` and `500.0`, and `"500"` finds `500`',
    'a huge file':
      'read line by line; a line of more than 8 MiB is unreadable, and more than 5 million values of `distinct` are refused',
    'another encoding': 'UTF-8, and UTF-16 by its byte order mark; what is neither is unreadable',
    'other line ends': 'LF and CRLF end a line; a lone CR and U+2028 do not',
    'zero bytes that a truncated log begins with':
      'taken away; anywhere else, as what a crash left of records, and in a file of nothing else, they are unreadable',
    'numbers that a double does not hold': 'kept as text, digit by digit',
    'a file that grows meanwhile': 'read up to the size that it had when it was opened',
    'a link': 'followed; a pipe or a folder is refused',
  },
  example: `id: volume
uses: jsonl.count
with:
  file: telemetry.jsonl
  window: 7d
  distinct: id
  counts:
    processed: { event: processed }
    strict: { event: processed, lane: strict }
`,
  sample: {
    looked: 40,
    unreadable: 0,
    leftOut: 0,
    lines: 40,
    malformed: 0,
    counts: { processed: 36, strict: 9 },
    first: '2026-11-14T08:00:00Z',
    last: '2026-11-21T08:00:00Z',
  },
  leaves: ['counts.json'],
});
