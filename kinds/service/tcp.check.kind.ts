import { z } from 'zod';
import { duration } from '../shared/fields.js';
import { defineKind } from '../../model/schema/format/kind.js';

export const tcpCheck = defineKind({
  title: 'TCP check',
  about: 'Opens a TCP connection to a port and closes it again.',
  input: z.strictObject({
    host: z.string().min(1).max(253).describe('Host name or address.'),
    port: z.int().min(1).max(65_535),
    timeout: duration.prefault('5s').describe('How long one attempt to connect may take.'),
  }),
  outputs: z.object({
    connected: z.boolean().describe('Always true when the step passed.'),
    ms: z.number().describe('Milliseconds until the connection stood.'),
  }),
  meets: {
    'several addresses':
      'the name is looked up once, all its addresses are judged, and what was judged is connected to',
    'other spellings of an address': 'metadata and link-local addresses are refused in every spelling',
  },
  effect: 'none',
  reach: ({ host }) => host,
  writes: 'none',
  undo: null,
  example: `id: postgres
uses: tcp.check
with: { host: 127.0.0.1, port: 5432 }
`,
  sample: { connected: true, ms: 2 },
});
