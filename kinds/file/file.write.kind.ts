import { z } from 'zod';
import { fileMode } from './file-mode.js';
import { MEETS_FILE } from '../shared/meets-file.js';
import { defineKind } from '../../model/schema/format/kind.js';

export const fileWrite = defineKind({
  title: 'Write a file',
  about: 'Writes a text file in one piece: readers see the old or the new content, never a part.',
  input: z.strictObject({
    path: z.string().min(1),
    content: z.string().max(256 * 1024),
    ifMissing: z.boolean().default(false).describe('Leave an existing file as it is.'),
    mode: fileMode.optional(),
  }),
  outputs: z.object({
    written: z.boolean().describe('False when nothing had to be written.'),
    bytes: z.number(),
    digest: z.string().describe('SHA-256 of the file that stands there now.'),
  }),
  effect: 'idempotent',
  reach: 'none',
  writes: ({ path }) => path,
  undo: 'Brings back what stood there before this step, or removes the file that it made.',
  meets: {
    'a missing folder': 'is made',
    ...MEETS_FILE,
  },
  example: `id: notice
uses: file.write
with: { path: public/maintenance.txt, content: "Back soon." }
`,
  sample: { written: true, bytes: 10, digest: 'a'.repeat(64) },
});
