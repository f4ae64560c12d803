import { z } from 'zod';

/** Where a secret stands. The value itself never stands in a runbook; it is read just before it is used. */
export const secretRef = z
  .union([
    z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a name of an environment variable') }),
    z.strictObject({ file: z.string().min(1) }),
  ])
  .describe('A secret by reference: { env: NAME } of the worker, or { file: PATH }.');
