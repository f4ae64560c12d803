import { z } from 'zod';

/** What `steps.<id>` offers when the step has a `window`. */
export const windowOutputs = z.object({
  slots: z.int().describe('Samples that came due.'),
  green: z.int(),
  red: z.int(),
  missed: z.int().describe('Samples that could not be taken in time.'),
  streak: z.int().describe('Green samples running at the end.'),
  longest: z.int().describe('Most green samples running at any time.'),
  resets: z.int().describe('How often a streak was broken.'),
});
