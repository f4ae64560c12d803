import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { inFolder } from '../shared/given.js';

export const fileDrop = defineKind({
  title: 'Drop a file',
  about: 'Puts a file into a folder that something else watches; it appears there whole or not at all.',
  input: z
    .strictObject({
      folder: z.string().min(1).describe('The watched folder; it must exist.'),
      name: z
        .string()
        .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}$/, 'a plain file name')
        .describe('Name of the file in it.'),
      content: z
        .string()
        .max(256 * 1024)
        .optional(),
      from: z.string().min(1).optional().describe('Path of a file to copy, in place of `content`.'),
    })
    .refine((input) => (input.content === undefined) !== (input.from === undefined), {
      message: 'give `content` or `from`',
    }),
  outputs: z.object({
    path: z.string(),
    bytes: z.int(),
    digest: z.string().describe('SHA-256 of what was dropped.'),
    at: z.string().describe('When it appeared, ISO 8601.'),
  }),
  effect: 'once',
  reach: 'none',
  writes: ({ folder, name }) => inFolder(folder, name),
  undo: null,
  meets: {
    'a file of that name that waits': 'stays; the step fails',
    'two at once under one name':
      'one is dropped, the other fails and says that the name is taken; nothing is overwritten',
    'a missing folder': 'refused',
    'who watches the folder':
      'sees the file whole or not at all. Until then a name that begins with `.golive-` and ends with `.tmp` is there',
    'a link': 'a folder that is one is followed, and the summary says where it leads',
    'what was written and reads otherwise': 'does not appear',
    'a huge file': 'refused beyond 256 MiB',
  },
  example: `id: order
uses: file.drop
with: { folder: inbox/local, name: order-1.yaml, content: "id: order-1" }
`,
  sample: { path: '/srv/inbox/local/order-1.yaml', bytes: 11, digest: 'a'.repeat(64), at: '2026-11-21T08:00:00.000Z' },
  leaves: ['dropped'],
});
