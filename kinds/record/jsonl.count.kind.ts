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
    distinct: z.string().min(1).optional().describe('Field by which records are told apart: each value counts once.'),
    timeField: z
      .string()
      .min(1)
      .default('ts')
      .describe('Field with the time of a record: ISO 8601 with a zone, or a number of `timeUnit`.'),
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
