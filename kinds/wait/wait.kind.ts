import { z } from 'zod';
import { duration } from '../shared/fields.js';
import { defineKind } from '../../model/schema/format/kind.js';

export const wait = defineKind({
  title: 'Wait',
  about: 'Lets a stated time pass, for example until a rate limit has cooled down.',
  input: z.strictObject({
    for: duration.describe('How long; a rehearsal divides it by its time scale.'),
    since: z
      .string()
      .optional()
      .describe(
        'ISO 8601 with a zone, such as `run.started`: it is counted from then, and what has passed of it since is not waited for again. A rehearsal’s time counts so many times as fast.',
      ),
    reason: z.string().max(200).optional().describe('Shown while it waits, e.g. "the first run was rate limited".'),
  }),
  outputs: z.object({
    waitedMs: z.number().describe('Milliseconds that really passed.'),
  }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  meets: {
    'a `since` that is over, or longer ago than it is to wait': 'nothing is waited for',
    'a `since` without a zone, or that is none': 'BAD_INPUT',
    'a worker that is lost':
      'a wait of a minute or more, or one with `since`, goes on where it stood; a shorter one begins again',
  },
  takes: ({ for: span }) => span,
  undo: null,
  example: `id: cool-down
uses: wait
with: { for: 30s, reason: let the rate limit cool down }
`,
  sample: { waitedMs: 30_000 },
});
