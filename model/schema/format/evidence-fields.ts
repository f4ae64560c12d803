import { z } from 'zod';
import { isReleaseFile } from '../../evidence/own-files.js';
import { certificateFields } from './certificate-fields.js';
import { fileName, title } from './runbook-fields.js';

/** A file beside the certificate. */
const releaseFile = z.string().max(200).refine(isReleaseFile, 'a file below release/ has plain names');

/** What the bundle must hold, and what its pages show. */
export const evidenceFields = z.strictObject({
  signoff: fileName.optional(),
  include: z
    .array(
      z.strictObject({
        file: z.union([fileName, releaseFile]).describe('Its name in the bundle; `release/…` beside the certificate.'),
        from: z.union([z.string().max(300), z.array(z.string().max(300)).min(1).max(100)]),
        attempts: z.enum(['last', 'all']).optional().describe('`all`: what earlier attempts left comes first.'),
      }),
    )
    .max(100)
    .optional(),
  states: z
    .array(
      z.strictObject({
        title,
        before: z.string().max(300).describe('`<phase>.<step>.<output>` of the step that read it at the beginning.'),
        after: z.string().max(300).describe('The same of the step that read it at the end.'),
      }),
    )
    .max(100)
    .optional()
    .describe('What report and sign-off show side by side: the state before, and the state after.'),
  boxes: z
    .array(
      z.strictObject({
        text: title,
        by: z.string().max(300).describe('`<phase>.<id>` of the gate, the step or the checklist item that answers it.'),
      }),
    )
    .max(200)
    .optional()
    .describe('The boxes of the sign-off page; by default one for each hard gate.'),
  certificate: certificateFields
    .optional()
    .describe('A certificate with a level, judged from decisions and gates; written below `release/`.'),
});
