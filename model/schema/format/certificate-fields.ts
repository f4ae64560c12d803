import { z } from 'zod';
import { DURATION_PATTERN } from '../../duration.js';
import { id, sentence, title } from './runbook-fields.js';

const address = z.string().min(3).max(300);

/** What `evidence.certificate` says: which decision is which level, and which gates of phases make up each gate of it. */
export const certificateFields = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(60)
    .regex(/^[A-Z][A-Z0-9-]*$/, 'capital letters, digits and -')
    .default('CERTIFICATE')
    .describe('The middle of its id: `<target>-<name>-<date>-<number of the day>`.'),
  levels: z
    .array(
      z.strictObject({
        title,
        decision: id.describe('It holds only where this decision is GO.'),
        approvedFor: sentence.describe('What the system may be used for at this level.'),
      }),
    )
    .min(1)
    .max(5)
    .describe('Weakest first. The last one needs every gate to pass; the others take `ready` as well.'),
  commit: address.describe('`<phase>.<step>.<output>`: the commit that is certified.'),
  branch: address.optional(),
  earlier: address
    .optional()
    .describe(
      '`<phase>.<step>` of a step that counts earlier go-lives: the phases that it counts are of this certificate.',
    ),
  gates: z
    .array(
      z.strictObject({
        id: z
          .string()
          .min(1)
          .max(20)
          .regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'letters, digits and -'),
        title,
        by: z.array(address).min(1).max(50).describe('`<phase>.<gate>` of every gate that it is made of.'),
        ready: z
          .array(address)
          .max(20)
          .default([])
          .describe('`<phase>.<gate>` of the dry runs that show that it can be executed.'),
        mend: z
          .string()
          .regex(DURATION_PATTERN, 'a duration is written like 30m or 2h')
          .optional()
          .describe('How long it takes, by experience, to mend it where it fails.'),
      }),
    )
    .min(1)
    .max(50),
  risks: z
    .array(
      z.strictObject({
        risk: sentence,
        mitigation: sentence,
        of: z.array(id).min(1).max(50).optional().describe('Phases: it is named only where one of them was executed.'),
      }),
    )
    .max(50)
    .default([])
    .describe('What is left after all gates, and what is done about it.'),
  handOver: z.array(sentence).max(50).default([]).describe('Notes for who goes on.'),
});

export type CertificateFields = z.infer<typeof certificateFields>;
