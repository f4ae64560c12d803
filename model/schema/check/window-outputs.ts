import { z } from 'zod';
import { WINDOW_ENDS } from '../../judge/window.js';

const streaks = {
  slots: z.int().describe('Samples that came due.'),
  green: z.int(),
  red: z.int(),
  missed: z.int().describe('Samples that could not be taken in time.'),
  streak: z.int().describe('Green samples running at the end.'),
  longest: z.int().describe('Most green samples running at any time.'),
  resets: z.int().describe('How often a streak was broken.'),
};
const shares = {
  part: z.number().describe('What counted, in all samples.'),
  whole: z.number().describe('Of how many.'),
  looks: z.int().describe('Samples whose figures were known.'),
  lower: z.number().describe('Lower bound of the share, for any number of looks; 0 before anything was counted.'),
  upper: z.number().describe('Upper bound of the share, for any number of looks; 1 before anything was counted.'),
};
const ended = {
  end: z.enum(WINDOW_ENDS).describe('Why it was over.'),
  firstDay: z
    .string()
    .describe('Nominal day of its first sample, YYYY-MM-DD in UTC; with `consecutive`, of those that run at its end.'),
  lastDay: z.string().describe('The same of its last sample.'),
};

const outputs = {
  streak: { running: z.object(streaks), outputs: z.object({ ...streaks, ...ended }) },
  share: { running: z.object({ ...streaks, ...shares }), outputs: z.object({ ...streaks, ...shares, ...ended }) },
};

/** What a step with `window` offers to its guards while it runs, and to expressions as `steps.<id>`. */
export const windowOutputs = ({ share }: { share?: unknown }) => (share ? outputs.share : outputs.streak);
