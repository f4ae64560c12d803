import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';

export const evidenceWrite = defineKind({
  title: 'Write evidence',
  about: 'Writes a page of evidence from what steps measured; an expression that cannot be computed fails it.',
  input: z.strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,119}$/, 'a plain file name')
      .describe('Name of the file in the step’s evidence.'),
    text: z.string().min(1).max(100_000),
  }),
  outputs: z.object({ bytes: z.int(), digest: z.string() }),
  effect: 'idempotent',
  reach: 'none',
  writes: 'none',
  undo: null,
  meets: {
    'a name that ends with .json':
      'the text must be one JSON object; its numbers stay as they are written, however long. Two members of one name, or one named golive, are refused',
    'an expression that cannot be computed': 'fails the step',
  },
  example: `id: page
uses: evidence.write
with: { name: handover.md, text: "# Handover of \${{ target.id }}, \${{ run.id }}" }
`,
  sample: { bytes: 40, digest: 'a'.repeat(64) },
  leaves: ['<name>'],
});
