import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { regularExpression } from '../shared/fields.js';
import { accountOutputs, unreadableField } from '../shared/reading.js';
import { serviceName, stackDriver, stackFiles } from '../stack/stack-fields.js';

const patterns = z.array(regularExpression(1000).min(1)).max(50).default([]);

export const logScan = defineKind({
  title: 'Log scan',
  about: 'Looks through log files or a stack’s logs for lines that must be there and lines that must not.',
  input: z
    .strictObject({
      files: z.array(z.string().min(1)).min(1).max(50).optional().describe('Paths of log files.'),
      stack: z.string().min(1).optional().describe('Folder of a stack, whose services’ logs are read.'),
      driver: stackDriver,
      services: z.array(serviceName).min(1).max(50).optional().describe('Services of the stack; by default all.'),
      needed: patterns.describe(
        'Regular expressions; each must match a line, or the step fails (`until` looks again).',
      ),
      forbidden: patterns.describe('Regular expressions; a line that matches one fails the step for good.'),
      since: z
        .enum(['start', 'now'])
        .default('start')
        .describe(
          '`start`: from the beginning of the log; `now`: only what is written after the step first looked, also when the log is rotated meanwhile.',
        ),
      tail: z.int().min(1).max(100_000).optional().describe('Only the last so many lines of each log.'),
      unreadable: unreadableField,
    })
    .refine((input) => input.files !== undefined || input.stack !== undefined, { message: 'give `files` or `stack`' })
    .refine((input) => input.services === undefined || input.stack !== undefined, {
      message: '`services` are those of a `stack`',
      path: ['services'],
    })
    .refine((input) => input.needed.length + input.forbidden.length > 0, { message: 'give `needed` or `forbidden`' }),
  outputs: z.object({
    ...accountOutputs,
    lines: z.int().describe('Lines that were looked through: `looked` by its older name.'),
    matched: z.int().describe('Lines that match a needed pattern.'),
    missing: z.array(z.string()).describe('Needed patterns that no line matched.'),
    forbidden: z.int().describe('Lines that match a forbidden pattern.'),
  }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  pins: ({ stack }) => stackFiles(stack),
  undo: null,
  example: `id: config-log
uses: log.scan
with:
  stack: stack
  services: [api]
  needed: [Application configuration, Database connection established]
  forbidden: ['USE_STUBS=true']
until: { every: 1s, within: 30s }
`,
  sample: { looked: 120, unreadable: 0, leftOut: 0, lines: 120, matched: 2, missing: [], forbidden: 0 },
  leaves: ['matches.txt'],
});
