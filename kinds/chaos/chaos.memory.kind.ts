import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { member } from '../shared/given.js';
import {
  EXPERIMENT_LEAVES,
  EXPERIMENT_MEETS,
  EXPERIMENT_SAMPLE,
  EXPERIMENT_SHOWS,
  experimentFields,
  experimentOutputs,
  experimentRunning,
  lastsField,
  longest,
  steadyPrograms,
  size,
} from './chaos-fields.js';

export const chaosMemory = defineKind({
  title: 'Chaos: memory pressure',
  about: 'Takes up part of the machine’s memory, for a time, and measures whether and how soon the target recovers.',
  input: z.strictObject({
    bytes: size.refine((bytes) => bytes <= 64 * 1024 ** 3, 'at most 64GiB').describe('So much is taken up.'),
    share: z
      .number()
      .min(0.01)
      .max(0.9)
      .default(0.5)
      .describe('The step refuses to take more than this share of the memory that is available.'),
    lasts: lastsField,
    ...experimentFields,
  }),
  outputs: z.object(experimentOutputs),
  effect: 'idempotent',
  reach: ({ steady }) => member(steady, 'url'),
  writes: 'none',
  pins: ({ steady }) => ({ names: member(steady, 'argv') }),
  runs: ({ steady }) => steadyPrograms(steady),
  takes: longest,
  undo: 'Nothing is left to take back: the memory goes with the process that took it, and that one ends with its worker.',
  meets: {
    ...EXPERIMENT_MEETS,
    'too little memory': 'the step fails, and nothing is taken',
    'a machine that runs out of memory': 'the kernel ends the process that took it first; the step fails',
    'a worker that is killed': 'the memory is free at once; the next attempt tells the broken round, and runs it again',
  },
  example: `id: memory
uses: chaos.memory
with:
  bytes: 512MiB
  lasts: 30s
  steady: { url: "http://127.0.0.1:8000/healthz", within: 500ms }
`,
  sample: EXPERIMENT_SAMPLE,
  leaves: EXPERIMENT_LEAVES,
  shows: EXPERIMENT_SHOWS('Chaos: memory pressure'),
  running: experimentRunning,
});
