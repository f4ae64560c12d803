import { z } from 'zod';
import type { Given } from '../../model/schema/format/kind.js';
import { member } from '../shared/given.js';
import { notify } from './notify.kind.js';

/** Input of the alert kinds. */
export const alertFields = z.strictObject({
  incident: z
    .string()
    .regex(/^[a-z][a-z0-9.-]{0,99}$/, 'lower case letters, digits, dots and -')
    .describe('Name of the incident: one alert when it begins, one when it is over.'),
  state: z.string().min(1).describe('Path of the JSON file that knows which incidents are open.'),
  send: notify.input.omit({ text: true }).describe('The channel, as for `notify`.'),
  text: z.string().min(1).max(4000),
});

const alertOutputs = z.object({
  sent: z.boolean().describe('False when there was nothing new to say.'),
  open: z.boolean().describe('The incident is open now.'),
  seen: z.int().describe('How often it was raised since it began.'),
  since: z.string().describe('When it began, ISO 8601; empty when it is not open.'),
});

/** What both alert kinds are: they work on one file and speak over one channel. */
export const alertFacts = {
  input: alertFields,
  outputs: alertOutputs,
  meets: {
    'a channel that asks to wait': 'as for `notify`: the incident stands, and its notice is sent with the next attempt',
    'the next raise of an incident that is open':
      'is counted, and says nothing; another attempt at one step counts once',
    'a file of incidents that is missing': 'is made, with mode 600, and its folders',
    'one that is empty, half-written, in another encoding, or none of golive’s':
      'the step fails before anything is sent; the file is left as it is',
    'a link, a pipe, a folder, more than 256 MiB': 'refused',
    'no rights': 'fails, with the path and what the system said; nothing is sent',
    'two at once':
      'they take turns, whatever go-live and worker they are of: one notice goes out for each incident, and no count is lost',
    'a worker that is killed between the file and the notice':
      'the next attempt sends it, with the same idempotency key',
  },
  effect: 'idempotent',
  reach: ({ send }: Given<typeof alertFields>) => member(send, 'apiBase'),
  writes: ({ state }: Given<typeof alertFields>) => state,
  undo: null,
} as const;
