import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';

export const fileSnapshot = defineKind({
  title: 'Snapshot of files',
  about: 'Copies a file or folder to a new place and compares every file by SHA-256; nothing is ever overwritten.',
  input: z.strictObject({
    from: z.string().min(1).describe('File or folder to keep.'),
    to: z.string().min(1).describe('New place of the copy; must not exist, or hold exactly the same.'),
    requireFiles: z
      .int()
      .min(0)
      .default(1)
      .describe('Fewest files that there must be; with 0 a source that is not there is nothing to copy.'),
  }),
  outputs: z.object({
    files: z.number().describe('Files copied.'),
    bytes: z.number(),
    digest: z.string().describe('SHA-256 over the manifest; `file.restore` checks it as `hash`.'),
    to: z.string().describe('Absolute path of the copy.'),
  }),
  effect: 'idempotent',
  reach: 'none',
  writes: ({ to }) => to,
  undo: 'Removes the copy that it made.',
  meets: {
    'a missing source, or too few files': 'refused',
    'a place where something else stands': 'refused; a snapshot never overwrites',
    'a place within the source, or the source within it': 'refused, links of the path resolved; the same for one place',
    'files that change while they are copied': 'the copy is removed, and the step fails',
    'a link, a pipe, a device among the files': 'refused',
    'two at once on one place': 'they take turns, and the second says for whom it waits',
    'a folder of the path that is a link': 'the undo goes to where it led',
    owners: 'are kept where the worker may set them, as root; modes always',
  },
  example: `id: snapshot
uses: file.snapshot
with: { from: results, to: rollback/results-before }
`,
  sample: { files: 12, bytes: 48_210, digest: 'a'.repeat(64), to: '/srv/app/rollback/results-before' },
  leaves: ['manifest-sha256.txt'],
});
