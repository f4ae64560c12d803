import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { duration } from '../shared/fields.js';
import { member } from '../shared/given.js';
import {
  EXPERIMENT_LEAVES,
  EXPERIMENT_MEETS,
  EXPERIMENT_SAMPLE,
  EXPERIMENT_SHOWS,
  experimentFields,
  experimentOutputs,
  experimentRunning,
  HELD_MEETS,
  lastsField,
  longest,
  steadyPrograms,
} from './chaos-fields.js';

export const chaosNetwork = defineKind({
  title: 'Chaos: network',
  about:
    'Makes a connection slow, resets it or takes it down, for a time, by a Toxiproxy that stands in it, and measures whether and how soon the target recovers.',
  input: z.strictObject({
    toxiproxy: z
      .string()
      .max(4000)
      .regex(/^(https?:\/\/|\$\{\{)/, 'an address that begins with http:// or https://')
      .describe('Address of its API.'),
    proxy: z.string().min(1).max(200).describe('Name of the proxy, which must be there and enabled.'),
    fault: z
      .enum(['latency', 'reset', 'down'])
      .describe(
        '`latency`: answers come later; `reset`: connections are reset; `down`: none is taken, and those that are there are cut.',
      ),
    latency: duration.prefault('1s').describe('For `latency`: how much later.'),
    jitter: duration.prefault('0s').describe('For `latency`: by so much more or less.'),
    resetAfter: duration.prefault('0s').describe('For `reset`: how long a connection lives.'),
    stream: z
      .enum(['upstream', 'downstream'])
      .default('downstream')
      .describe('`downstream`: answers; `upstream`: requests.'),
    share: z.number().min(0.01).max(1).default(1).describe('Share of the connections that it meets; not for `down`.'),
    lasts: lastsField,
    ...experimentFields,
  }),
  outputs: z.object(experimentOutputs),
  effect: 'idempotent',
  reach: ({ steady, toxiproxy }) => [member(steady, 'url'), toxiproxy],
  writes: 'none',
  pins: ({ steady }) => ({ names: member(steady, 'argv') }),
  runs: ({ steady }) => steadyPrograms(steady),
  takes: longest,
  undo: 'Takes its own toxic out, or enables the proxy that it disabled, unless the step has.',
  meets: {
    ...EXPERIMENT_MEETS,
    ...HELD_MEETS,
    'a proxy that is not there, or is disabled already': 'the step fails, and changes nothing',
    'toxics of others': 'stay; they stand in the evidence',
    'a proxy that is taken away meanwhile': 'the step fails: the fault was not in for its time',
  },
  example: `id: database-down
uses: chaos.network
with:
  toxiproxy: http://127.0.0.1:8474
  proxy: postgres
  fault: down
  lasts: 20s
  steady: { url: "http://127.0.0.1:8000/healthz", within: 500ms }
`,
  sample: EXPERIMENT_SAMPLE,
  leaves: EXPERIMENT_LEAVES,
  shows: EXPERIMENT_SHOWS('Chaos: network'),
  running: experimentRunning,
});
