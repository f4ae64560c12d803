import { z } from 'zod';
import { cel, span } from './runbook-fields.js';

const limit = z.number().min(0).max(1).optional();
const share = z
  .strictObject({
    part: cel.describe('CEL over `it`, the outputs of a sample: how many count, e.g. errors.'),
    whole: cel.describe('CEL over `it`: of how many, e.g. requests.'),
    counts: z
      .enum(['each', 'total'])
      .optional()
      .describe(
        '`each`: a sample counts anew; `total`: the figures only grow, and what came since the last sample counts.',
      ),
    atMost: limit.describe('The share is shown to be no more than this.'),
    atLeast: limit.describe('The share is shown to be no less than this.'),
  })
  .describe('The goal is a share of all that was counted, by a bound that holds however often one looks.');

/** The rhythm and the goal of a step that is taken again and again. */
export const window = z
  .strictObject({
    every: span,
    consecutive: z.int().min(1).max(100_000).optional().describe('So many green samples running are wanted.'),
    share: share.optional(),
    within: span
      .optional()
      .describe('The window is over after this time at the latest; by default the least that a streak takes.'),
    late: span.optional().describe('How late a sample may still be taken; by default one interval.'),
    green: cel
      .optional()
      .describe('CEL over `it`, the outputs of the sample: a good one. With `share`, true by default.'),
    maxRed: z
      .int()
      .min(0)
      .max(100_000)
      .optional()
      .describe('More bad samples than this, red or missed, end it at once; 0 with `share` by default.'),
    file: z
      .string()
      .max(120)
      .regex(/^[A-Za-z0-9_]([A-Za-z0-9_.-]|\{date\}|\{n\})*$/, 'a plain file name; {date} and {n} may stand in it')
      .optional()
      .describe('A file for each sample, e.g. monitor_{date}.json.'),
  })
  .describe('Takes the step once in every interval, for minutes or days; what it gives is counted.');
