import { z } from 'zod';
import type { Json } from '../../json.js';
import { id, inputName, sentence, title } from './runbook-fields.js';

const json: z.ZodType<Json> = z.json();
const gateOrStep = z
  .string()
  .max(200)
  .regex(/^[a-z][a-z0-9-]*\.[a-z][a-z0-9.-]*$/, 'a gate or step is named <phase>.<gate> or <phase>.<step>');

const shown = z.strictObject({
  from: z
    .string()
    .max(250)
    .regex(
      /^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*\..+$/,
      'evidence is named <phase>.<step>.<file> or <phase>.<step>.<output>',
    )
    .refine((from) => !from.split('/').includes('..'), 'stays in the folder of the step')
    .describe('A file that a step leaves, or an output that it gives.'),
  lines: z
    .int()
    .min(1)
    .max(200)
    .optional()
    .describe('At most so many: the first ones, of a .log the last; 20 by default.'),
});

const action = z.strictObject({
  id,
  title: sentence,
  why: sentence.describe('What it does about the symptom, and when it is the wrong thing.'),
  runbook: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Id of a runbook, or its file beside this one; without it, this runbook itself.'),
  inputs: z
    .record(inputName, json)
    .optional()
    .describe('Laid over the inputs of the last run, for those that the runbook has, too.'),
});

const entry = z.strictObject({
  id,
  symptom: sentence.describe('What people see, in the words that they look for.'),
  when: z.array(gateOrStep).min(1).max(50).describe('Gates and steps whose failure it answers.'),
  shows: z.array(shown).max(20).optional().describe('What of the evidence is shown with it.'),
  actions: z.array(action).min(1).max(20).describe('Go-lives that can be started for it, the smallest first.'),
});

/** From a symptom to what is done about it, and texts that are filled from the last run. */
export const playbook = z.strictObject({
  entries: z.array(entry).min(1).max(100),
  prompts: z
    .record(id, z.strictObject({ title, text: z.string().min(1).max(8000) }))
    .optional()
    .describe('Texts to paste, by name; `${{ }}` reads the last run: `golive playbook prompt NAME`.'),
});

export type Playbook = z.infer<typeof playbook>;
export type PlaybookEntry = Playbook['entries'][number];
export type PlaybookAction = PlaybookEntry['actions'][number];
export type PlaybookShown = NonNullable<PlaybookEntry['shows']>[number];
