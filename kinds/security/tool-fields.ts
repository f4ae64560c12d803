import { z } from 'zod';
import { environmentName } from '../../model/schema/format/environment.js';
import { secretRef } from '../../model/schema/format/secret-refs.js';
import { duration } from '../shared/fields.js';

const argv = z
  .array(z.string().max(8192))
  .min(1)
  .max(256)
  .refine((parts) => parts[0] !== '' && !parts.some((part) => part.includes('\0')), 'argv[0] names a program; no NUL');

/** How a tool is run that leaves a report. */
export const toolFields = {
  argv: argv.describe('The tool and its arguments.'),
  version: argv.describe('Prints the version of the tool; the first line is kept.'),
  cwd: z.string().min(1).optional().describe('Folder it runs in; by default the one that holds the runbook.'),
  env: z.record(environmentName, z.union([z.string(), secretRef])).optional(),
  expectExit: z
    .array(z.int().min(0).max(255))
    .min(1)
    .default([0, 1])
    .describe('Exit codes of a run that was made, with findings or without.'),
  timeout: duration.optional().describe('Longest time it may run; by default the time of the step.'),
};
