import { z } from 'zod';
import { duration } from '../shared/fields.js';
import { accountOutputs, unreadableField } from '../shared/reading.js';
import { timeFields } from '../shared/times.js';
import { defineKind } from '../../model/schema/format/kind.js';

export const healthContract = defineKind({
  title: 'Health contract',
  about: 'Reads a health file: its status, how old it is, figures in it, and how many files wait in folders.',
  input: z.strictObject({
    file: z.string().min(1).describe('Path of the health JSON.'),
    statusField: z.string().min(1).default('status'),
    ok: z.array(z.string().min(1)).min(1).max(20).default(['ok']).describe('Statuses that keep the contract.'),
    timeField: z
      .string()
      .min(1)
      .default('time')
      .describe('Field with the time of the report: ISO 8601 with a zone, or a number of `timeUnit`.'),
    ...timeFields,
    maxAge: duration.describe('Oldest that the report may be; shortened by a rehearsal’s time scale.'),
    numbers: z
      .record(z.string().regex(/^[a-z][A-Za-z0-9]*$/, 'a name of letters and digits'), z.string().min(1))
      .default({})
      .describe(
        'Figures to read: a name, and the field (dots lead into objects). One that is no number breaks the contract.',
      ),
    folders: z.array(z.string().min(1)).max(50).default([]).describe('Folders whose waiting files are counted.'),
    waitingOver: duration
      .prefault('0s')
      .describe('Only files that wait for longer than this are counted, in real time.'),
    unreadable: unreadableField,
    judge: z
      .boolean()
      .default(true)
      .describe('false: a broken contract, also by a file that cannot be read, is told in `holds` and fails nothing.'),
  }),
  outputs: z.object({
    ...accountOutputs,
    holds: z.boolean().describe('Status, age and figures are as they must be.'),
    reason: z.string().describe('Why the contract does not hold; empty when it does.'),
    status: z.string(),
    ageMs: z.int().describe('Age of the report; by the writer’s clock. −1 when it is not known.'),
    fresh: z.boolean(),
    numbers: z.record(z.string(), z.number()),
    waiting: z.int().describe('Files that wait in the folders.'),
    backlogs: z.record(z.string(), z.int()).describe('The same of each folder, by its name.'),
  }),
  members: ({ numbers = {} }) => ({ numbers }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  undo: null,
  meets: {
    'a file that is not there, or may not be read': 'NOT_FOUND; with `judge: false` it breaks the contract',
    'an empty, half-written or large file (1 MiB)':
      'CHECK_FAILED, so that `until` looks again; with `judge: false` it breaks the contract',
    'a time without a zone, a number without `timeUnit`, a report of the future (`skew`)': 'breaks the contract',
    'a member that stands twice with two values, nesting deeper than 1,000':
      'there is no such report, as with one that is half-written',
    'a figure that is no number as JSON writes it': 'breaks the contract',
    'hidden files and folders among those that wait': 'left out, and counted as that',
    'a file that cannot be looked at':
      'unreadable: with more than `unreadable.atMost` the step fails; one that went away meanwhile is left out',
    'credentials that nobody declared': 'are masked in the evidence',
    'another encoding': 'UTF-8, and UTF-16 by its byte order mark; what is neither is unreadable',
  },
  example: `id: contract
uses: health.contract
with: { file: health/latest.json, maxAge: 90m, numbers: { errorRate: details.errorRate } }
`,
  sample: {
    looked: 0,
    unreadable: 0,
    leftOut: 0,
    holds: true,
    reason: '',
    status: 'ok',
    ageMs: 60_000,
    fresh: true,
    numbers: { errorRate: 0.01 },
    waiting: 0,
    backlogs: {},
  },
  leaves: ['health.json'],
});
