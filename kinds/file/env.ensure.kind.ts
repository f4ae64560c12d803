import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { secretRef } from '../../model/schema/format/secret-refs.js';

export const envEnsure = defineKind({
  title: 'Environment file',
  about: 'Makes an environment file from its example if it is missing and sets variables; comments and order stay.',
  input: z.strictObject({
    file: z.string().min(1).describe('The .env file.'),
    from: z.string().min(1).optional().describe('Example that a missing file is made from.'),
    set: z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a name of letters, digits and _'),
        z.union([z.string().max(32_768), z.number(), z.boolean(), secretRef]),
      )
      .default({})
      .describe('Variables with their values; a credential only by reference.'),
  }),
  outputs: z.object({
    created: z.boolean(),
    changed: z.array(z.string()).describe('Names whose value was set anew.'),
    values: z
      .record(z.string(), z.string())
      .describe('Each name with a short SHA-256 of its value; names that look secret only with `set` or `empty`.'),
  }),
  effect: 'idempotent',
  reach: 'none',
  writes: ({ file }) => file,
  undo: 'Brings the file back as it was before this step, or removes the one that it made.',
  example: `id: env
uses: env.ensure
with:
  file: .env
  from: .env.example
  set: { USE_STUBS: "false", API_TOKEN: { env: LC_API_TOKEN } }
`,
  sample: { created: false, changed: ['USE_STUBS'], values: { USE_STUBS: 'sha256:fcbcf165908d', API_TOKEN: 'set' } },
  leaves: ['env.json'],
});
