import { z } from 'zod';
import { id, sentence, span, title } from './runbook-fields.js';

// What a runbook lets people leave out, and what it lets run without them.

/** One role, or several. */
export const roleList = z.union([id, z.array(id).min(1).max(10)]);

export const waivers = z
  .strictObject({
    by: roleList,
    atMost: span.describe('The longest time that a waiver may stand.'),
    distinct: z.boolean().optional().describe('true: the owner of a phase does not waive its gates.'),
  })
  .describe('Who may waive gates, and for how long; without it nothing can be waived.');

export const scheduleSchema = z.strictObject({
  id,
  title: title.optional(),
  phases: z.array(id).min(1).max(50).optional().describe('What each run does; none of them may wait for a person.'),
  preflight: z
    .literal(true)
    .optional()
    .describe('In place of `phases`: each run looks whether all is there that a go-live of the runbook needs.'),
  cron: z
    .string()
    .max(120)
    .regex(
      /^((\S+\s+){4}\S+|\$\{\{\s*inputs\.[a-zA-Z][a-zA-Z0-9]*\s*\}\})$/,
      'five fields: minute, hour, day, month, weekday; or ${{ inputs.x }} of a string input',
    )
    .optional()
    .describe('Five fields: minute, hour, day, month, weekday; or ${{ inputs.x }} of a string input.'),
  every: span.optional().describe('An interval, in place of `cron`.'),
  timezone: z.string().max(60).optional().describe('IANA name; UTC by default.'),
  catchUp: span.optional().describe('How late a missed run may still be started: 10s to 10m, 1m by default.'),
  validFor: span
    .optional()
    .describe('How long it runs after it was applied; 90d where names are signed, else without an end.'),
  pauseOnFailure: z
    .boolean()
    .optional()
    .describe('A run that is no GO, or finds something missing, pauses the schedule.'),
  blackouts: z
    .array(
      z.strictObject({ from: z.iso.datetime({ offset: true }), to: z.iso.datetime({ offset: true }), why: sentence }),
    )
    .max(100)
    .optional(),
});
