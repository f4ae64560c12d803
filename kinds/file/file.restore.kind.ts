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
  example: `id: restore
uses: file.restore
with: { from: rollback/results-before, to: results }
`,
  sample: { files: 12, digest: 'a'.repeat(64) },
});
