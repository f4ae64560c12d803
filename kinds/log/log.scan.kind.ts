import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { regularExpression } from '../shared/fields.js';
import { accountOutputs, unreadableField } from '../shared/reading.js';
import { serviceName, stackDriver, stackFiles, stackPrograms } from '../stack/stack-fields.js';

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
    shown: z
      .array(z.string())
      .describe(
        'The first 10 lines that match a needed pattern, masked, of 300 characters each; all are in the evidence.',
      ),
    credentials: z.int().describe('Credentials that nobody declared, found in the lines that match and masked.'),
  }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  pins: ({ stack }) => stackFiles(stack),
  runs: ({ stack, driver }) => (stack === undefined ? { names: [] } : stackPrograms(driver)),
  undo: null,
  meets: {
    'an empty log': 'nothing needed is found, nothing forbidden either',
    'a log that is not there': 'NOT_FOUND, also with `until`, which looks again',
    'a huge log, a long line':
      'read line by line, of a service all that it said since it began; a line of more than 8 MiB is unreadable',
    'a line that cannot be read':
      'what is forbidden in it is found; else it is unreadable, and with more than `unreadable.atMost` the step fails',
    'another encoding': 'UTF-8, and UTF-16 by its byte order mark; what is neither is unreadable',
    'other line ends': 'LF and CRLF end a line; a lone CR and U+2028 do not; neither is part of what a pattern sees',
    'zero bytes that a truncated log begins with':
      'taken away; anywhere else, as what a crash left of lines, and in a log of nothing else, they are unreadable',
    'a last line without an end': 'counts',
    'a log that is rotated, `since: now`':
      'known again by its inode and what it held: the rest of the old one, what came between (`app.log.1`, `app.1.log`, `app-2026-11-26-2.log`), and the new one are read, also where it was empty or not there at first. A rest that was packed or removed, a number that is missing between, and a new file beside it that may be the log of another are unreadable where something is forbidden',
    'a log that is truncated in place, `since: now`':
      'read from its beginning; the rest is looked for in its copy. What an earlier look read and is nowhere now is unreadable',
    'what was rotated away before the first look, or with `since: start`': 'not read: a log is the file of its name',
    'lines before `tail`': 'left out, and counted as that',
    'a pattern that goes back over the text':
      'takes linear time; of a long line, all else goes on between its patterns',
    'a link': 'followed; a pipe or a folder is refused',
  },
  example: `id: config-log
uses: log.scan
with:
  stack: stack
  services: [api]
  needed: [Application configuration, Database connection established]
  forbidden: ['USE_STUBS=true']
until: { every: 1s, within: 30s }
`,
  sample: {
    looked: 120,
    unreadable: 0,
    leftOut: 0,
    lines: 120,
    matched: 2,
    missing: [],
    forbidden: 0,
    shown: ['app.log:12: ready', 'app.log:80: connected'],
    credentials: 0,
  },
  leaves: ['matches.txt'],
});
