import { z } from 'zod';
import { CHOICES } from '../../people/message.js';
import { VERDICTS } from '../../verdict.js';
import { id, inputName, rollbackId, sentence, stepAddress, title } from './runbook-fields.js';

const vote = z.strictObject({
  by: title.optional(),
  vote: z.enum(['approve', 'reject', 'silence']),
  reason: sentence.optional(),
});
const answers = z.record(z.string().max(130), vote);
const overrides = z.record(inputName, z.json());
/** How a runbook is rehearsed: its lab, the people, and what each fault must come to. */
export const rehearsal = z.strictObject({
  lab: z
    .string()
    .min(1)
    .max(60)
    .regex(/^[a-z][a-z0-9-]*$/)
    .optional()
    .describe('A folder under lab/.'),
  target: id.optional(),
  timeScale: z.number().min(1).max(10_000).optional(),
  inputs: overrides.optional(),
  answers: answers.optional(),
  operator: z
    .strictObject({ choice: z.enum(CHOICES), by: title.optional(), role: id, reason: sentence.optional() })
    .optional(),
  people: z.record(id, title).optional(),
  outputs: z
    .record(stepAddress, z.record(z.string().min(1).max(200), z.json()))
    .optional()
    .describe('By <phase>.<step>: outputs of a good run, where those of the kind in general do not hold.'),
  faults: z
    .array(
      z.strictObject({
        id,
        title: sentence,
        inputs: overrides.optional(),
        answers: answers.optional(),
        timeScale: z.number().min(1).max(10_000).optional(),
        expect: z.strictObject({
          verdict: z.enum(VERDICTS),
          rollbacks: z.array(rollbackId).max(50).optional(),
          decisions: z.record(id, z.enum(VERDICTS)).optional(),
          phase: id.optional(),
          exit: z.int().min(0).max(255),
          sentence: sentence.optional(),
        }),
      }),
    )
    .max(100)
    .optional(),
});
