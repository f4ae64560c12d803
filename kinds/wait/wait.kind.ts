import { z } from 'zod';
import { duration } from '../shared/fields.js';
import { defineKind } from '../../model/schema/format/kind.js';

export const wait = defineKind({
  title: 'Wait',
  about: 'Lets a stated time pass, for example until a rate limit has cooled down.',
  input: z.strictObject({
    for: duration.describe('How long; a rehearsal divides it by its time scale.'),
    reason: z.string().max(200).optional().describe('Shown while it waits, e.g. "the first run was rate limited".'),
  }),
  outputs: z.object({
    waitedMs: z.number().describe('Milliseconds that really passed.'),
  }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  takes: ({ for: span }) => span,
  undo: null,
  example: `id: cool-down
uses: wait
with: { for: 30s, reason: let the rate limit cool down }
`,
  sample: { waitedMs: 30_000 },
});
