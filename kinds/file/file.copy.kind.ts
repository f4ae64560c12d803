import { z } from 'zod';
import { fileMode } from './file-mode.js';
import { MEETS_FILE } from '../shared/meets-file.js';
import { defineKind } from '../../model/schema/format/kind.js';

export const fileCopy = defineKind({
  title: 'Copy a file',
  about: 'Copies one file in one piece: readers see the old or the new content, never a part.',
  input: z.strictObject({
    from: z.string().min(1),
    to: z.string().min(1).describe('Path of the copy (a file, not a folder).'),
    ifMissing: z.boolean().default(false).describe('Leave an existing file as it is.'),
    mode: fileMode.optional(),
  }),
  outputs: z.object({
    copied: z.boolean().describe('False when nothing had to be copied.'),
    bytes: z.number(),
    digest: z.string().describe('SHA-256 of the file that stands there now.'),
  }),
  effect: 'idempotent',
  reach: 'none',
  writes: ({ to }) => to,
  undo: 'Brings back what stood there before this step, or removes the file that it made.',
  meets: {
    'a missing source, a pipe, a folder': 'refused',
    'a huge file': 'refused beyond 256 MiB',
    ...MEETS_FILE,
  },
  example: `id: config
uses: file.copy
with: { from: config.example.json, to: config.json, ifMissing: true }
`,
  sample: { copied: true, bytes: 812, digest: 'a'.repeat(64) },
});
