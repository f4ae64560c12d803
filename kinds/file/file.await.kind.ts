import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { where } from '../shared/where.js';

export const fileAwait = defineKind({
  title: 'Fate of a file',
  about: 'Looks whether a file went where it should: gone here, present there, told of in a log. `until` waits for it.',
  input: z
    .strictObject({
      gone: z
        .array(z.string().min(1))
        .max(50)
        .default([])
        .describe(
          'Paths that must not be there any more; * in the last part as in `present`. Their folders must be there.',
        ),
      folderMayBeMissing: z
        .boolean()
        .default(false)
        .describe(
          'true: what is in a folder that is not there is gone as well, as where the folder goes with its files.',
        ),
      present: z
        .array(z.string().min(1))
        .max(50)
        .default([])
        .describe('Paths that must be there; in the last part * stands for any characters.'),
      line: z
        .strictObject({ file: z.string().min(1), where })
        .optional()
        .describe('A record that must stand in a JSON Lines file.'),
      judge: z
        .boolean()
        .default(true)
        .describe(
          'false: what did not go where it should is told in `missing` and fails nothing; `until` has nothing to wait for.',
        ),
    })
    .refine((input) => input.gone.length + input.present.length + (input.line ? 1 : 0) > 0, {
      message: 'give `gone`, `present` or `line`',
    }),
  outputs: z.object({
    arrived: z.boolean().describe('All is as it should be.'),
    present: z.array(z.string()).describe('Paths that were found.'),
    missing: z.array(z.string()).describe('What is not as it should be, a sentence each.'),
    record: z.record(z.string(), z.json()).describe('The last record that matches; empty without `line`.'),
    at: z.string().describe('When it was seen, ISO 8601.'),
  }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  undo: null,
  meets: {
    'a folder that may not be read': 'fails the step: whether something is gone from it is not known',
    'a folder of `gone` that is not there':
      'NOT_FOUND, also with `judge: false`: a misspelt folder is not taken for one from which all is gone. `until` looks again; `folderMayBeMissing: true` allows for it',
    'credentials in the record': 'are masked in the evidence',
    'a log that is not there yet': 'no record, as with one that does not match',
    'lines of a log that cannot be read': 'told with their number where no record matches',
    'several records that match': 'the last one is given',
    'a link': 'is there, wherever it leads; to a log it is followed',
  },
  example: `id: fate
uses: file.await
with:
  gone: [inbox/local/order-1.yaml]
  present: [error/local/order-1.*]
  line: { file: telemetry.jsonl, where: { id: order-1, event: error } }
until: { every: 200ms, within: 10s }
`,
  sample: {
    arrived: true,
    missing: [],
    present: ['error/local/order-1.yaml'],
    record: { id: 'order-1' },
    at: '2026-11-21T08:00:00.000Z',
  },
  leaves: ['found.json'],
});
