import { z } from 'zod';
import { duration } from '../shared/fields.js';
import { defineKind } from '../../model/schema/format/kind.js';
import { secretRef } from '../../model/schema/format/secret-refs.js';
import { plainText } from '../shared/given.js';

/** Whether something is said of the value of a key. */
export const asksOfKey = (
  input: Partial<Record<'field' | 'equals' | 'above' | 'below', unknown>> & { fields?: object },
): boolean =>
  [input.field, input.equals, input.above, input.below].some((one) => one !== undefined) ||
  Object.keys(input.fields ?? {}).length > 0;

export const redisCheck = defineKind({
  title: 'Redis check',
  about: 'Asks a Redis whether it answers, and reads a key: a text, a number, a field of JSON or of a hash.',
  input: z
    .strictObject({
      url: z
        .union([z.url({ protocol: /^rediss?$/ }), secretRef])
        .describe('redis://host:port, or a secret with credentials.'),
      key: z.string().min(1).max(1000).optional(),
      field: z.string().min(1).max(200).optional().describe('Field of the hash, or of the JSON object in the key.'),
      fields: z
        .record(z.string().regex(/^[a-z][A-Za-z0-9]*$/, 'a name of letters and digits'), z.string().min(1).max(200))
        .default({})
        .describe('More fields, read in the same moment: a name, and the field. One that is not there fails the step.'),
      equals: z.union([z.string(), z.number()]).optional().describe('What the value must be.'),
      above: z.number().optional().describe('The value must be a number above this.'),
      below: z.number().optional(),
      timeout: duration.prefault('3s'),
    })
    .refine((input) => input.key !== undefined || !asksOfKey(input), {
      message: '`field`, `fields`, `equals`, `above` and `below` are about a `key`: name it',
      path: ['key'],
    }),
  outputs: z.object({
    ms: z.number().describe('Round trip of PING.'),
    found: z.boolean(),
    text: z.string().describe('The value as text; empty when there is none.'),
    number: z.number().describe('The value as a number; -1 when it is none.'),
    values: z.record(z.string(), z.string()).describe('The `fields` by their names, as text.'),
  }),
  members: ({ fields = {} }) => ({ values: fields }),
  meets: {
    'a cluster': 'a key of another node, and a cluster that is down, are told; no other node is asked',
    'options in the address': 'refused: no socket, no family, nothing behind a question mark',
    'other spellings of a host': 'read as what they are, and judged; the name is looked up once',
    'no rights': 'a password that is not taken, and a key that may not be read, end the step without another try',
    huge: 'a value of more than 1 MiB is not read',
    'another encoding': 'a value that is no UTF-8 fails the step',
    'something else than Redis':
      'is told by what its answer begins with; the `timeout` is for all that is asked together',
    'no key': 'only whether it answers is asked; a `field` or a value that is wanted is then refused',
    'a number that cannot be held exactly': 'is no number, so that no limit holds',
    'inherited fields': 'only members of the JSON object itself are found; one that stands twice with two values fails',
  },
  effect: 'none',
  reach: ({ url }) => plainText(url),
  writes: 'none',
  undo: null,
  example: `id: heartbeat
uses: redis.check
with: { url: "redis://127.0.0.1:6379", key: agent:heartbeat, field: count, above: 0 }
until: { every: 500ms, within: 20s }
`,
  sample: { ms: 0.4, found: true, text: '12', number: 12, values: {} },
  leaves: ['redis.json'],
});
