import { z } from 'zod';
import { duration, regularExpression } from '../shared/fields.js';
import { defineKind } from '../../model/schema/format/kind.js';

export const logRotate = defineKind({
  title: 'Log rotation',
  about:
    'Renames logs that have grown, keeps some rotated ones, and sees that their writer goes on and no line is lost.',
  input: z.strictObject({
    files: z.array(z.string().min(1)).min(1).max(50).describe('Paths of the logs.'),
    over: z.int().min(1).default(1_048_576).describe('Bytes above which a log is rotated.'),
    keep: z.int().min(1).max(1000).default(7).describe('Rotated files that are kept; older ones are removed.'),
    reopen: z
      .strictObject({
        pidFile: z.string().min(1).describe('Its first line is the id of the writer.'),
        signal: z.enum(['SIGHUP', 'SIGUSR1', 'SIGUSR2']).default('SIGHUP'),
        command: z
          .string()
          .min(1)
          .max(1000)
          .optional()
          .describe(
            'A text that must stand in its command line, as the system shows it now: a program that sets its title (`nginx: master process`) is known by that title.',
          ),
      })
      .optional()
      .describe(
        'How the writer is told to open its log anew; without it, the writer sees it by itself. Before anything is renamed it is asked who it is: a pid file older than its process, or a process that the signal would end, fails the step.',
      ),
    settle: duration.prefault('10s').describe('How long the writer may take to go on in a new file.'),
    sequence: regularExpression(200)
      .optional()
      .describe('Regular expression whose group 1 is a line’s running number: gaps are lost lines.'),
  }),
  outputs: z.object({
    rotated: z.int().describe('Logs that were rotated.'),
    kept: z.int().describe('Most rotated files of one log.'),
    removed: z.int(),
    writing: z.int().describe('Rotated logs whose writer wrote into a new file within `settle`.'),
    lost: z.int().describe('Numbers missing in the sequence over the rotated file and the new one.'),
    doubled: z.int(),
    lines: z.int().describe('Lines in the files that were looked through.'),
  }),
  effect: 'idempotent',
  reach: 'none',
  writes: ({ files }) => files,
  undo: null,
  meets: {
    'a missing log, a folder, a pipe': 'refused',
    'an empty or a small log': 'stays',
    'a log that is a link':
      'the file that it names is rotated, once, however many names it has; the link stays, an empty log is made where it leads, and the summary says it',
    'two at once': 'they take turns; no old log is lost, and the second finds the log small or gone',
    'a pid file':
      'is read by its first line, as Postgres writes it; it is not believed when it is missing, empty, older than the process that it names, or names nobody or this worker',
    'who is signalled':
      'is asked first: a process that the signal would end, that has not `command` in its command line, or that takes no signals of the worker’s user, fails the step before anything is renamed',
    'a worker that is lost': 'the next attempt goes on; nothing is renamed twice',
    'compressed old logs': 'are left as they are, and not counted',
    'other files by the name of the log':
      'only `.1` and on, up to the first number that is free, are rotated, counted and removed: `app.log.20261126` and `app.log.4711` stay; a folder among them fails the step before anything is renamed',
    'a running number':
      'whole, in decimal digits, of any size; what is none (`0x10`, a blank) is passed over, and numbers that lie too far apart to be counted fail the step',
    'a quiet writer':
      'one that writes nothing within `settle` is not seen to go on: `writing` is 0, and nothing is lost. Judge it by a gate only where the log is written more often, or make `settle` longer',
    'a writer that cannot open its log anew':
      '`writing` is 0. Nothing is copied and truncated: what a program writes between the two would be lost',
  },
  example: `id: rotate
uses: log.rotate
with: { files: [logs/agent.log], over: 1048576, keep: 7, sequence: "seq=([0-9]+)" }
`,
  sample: { rotated: 1, kept: 7, removed: 1, writing: 1, lost: 0, doubled: 0, lines: 9000 },
  leaves: ['rotation.json'],
});
