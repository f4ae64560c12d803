import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';

export const evidenceScan = defineKind({
  title: 'Scan the evidence for credentials',
  about:
    'Looks through every file of this go-live’s bundle for credentials that nobody declared, for a gate that asks for none.',
  input: z.strictObject({}),
  outputs: z.object({
    files: z.int().describe('Files that were looked through.'),
    credentials: z.int().describe('Credentials that were found in them.'),
    found: z.array(z.string()).describe('The first ten files that hold one.'),
  }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  undo: null,
  meets: {
    'what was masked when it was collected': 'is no credential any more, and not counted',
    'what is written after this step': 'is not looked through: let it be the last one before the approval',
    'a file that cannot be read': 'fails the step: of what was not read nothing is known',
    'a link, a pipe': 'fails the step; no step of golive leaves one',
  },
  example: `id: scan
uses: evidence.scan
`,
  sample: { files: 42, credentials: 0, found: [] },
  leaves: ['scan.json'],
});
