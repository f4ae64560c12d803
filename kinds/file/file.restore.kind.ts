import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';

export const fileRestore = defineKind({
  title: 'Restore files',
  about: 'Puts a snapshot or file back in its place; what stood there is kept until then and can be brought back.',
  input: z.strictObject({
    from: z.string().min(1).describe('Snapshot (file or folder).'),
    to: z.string().min(1).describe('Where it belongs.'),
    hash: z
      .string()
      .regex(/^([0-9a-f]{64}|.*\$\{\{.*)$/, '64 hex digits')
      .optional()
      .describe('Digest that the snapshot must have, e.g. from `file.snapshot`.'),
  }),
  outputs: z.object({
    files: z.number(),
    digest: z.string().describe('Digest of what was put back.'),
  }),
  effect: 'idempotent',
  reach: 'none',
  writes: ({ to }) => to,
  undo: 'Brings back what stood there before this step.',
  meets: {
    'a snapshot that is gone, or has another digest than `hash`': 'refused',
    'a snapshot within the place where it belongs, or the place within it':
      'refused, links of the path resolved; the same for one place',
    'what differs when it was put back': 'is taken back, and the step fails',
    'a link, a pipe, a device among the files': 'refused',
    'two at once on one place': 'they take turns, and the second says for whom it waits',
    'a folder of the path that is a link': 'the undo goes to where it led',
    owners: 'are kept where the worker may set them, as root; modes always',
  },
  example: `id: restore
uses: file.restore
with: { from: rollback/results-before, to: results }
`,
  sample: { files: 12, digest: 'a'.repeat(64) },
});
