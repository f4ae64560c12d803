import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { inFolder, member } from '../shared/given.js';
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
  size,
} from './chaos-fields.js';

/** How the file that takes up space is called, before the name of its go-live. */
export const BALLAST = 'golive-chaos';
const GIB = 1024 ** 3;

export const chaosDisk = defineKind({
  title: 'Chaos: disk pressure',
  about: 'Fills part of a disk with a file, for a time, and measures whether and how soon the target recovers.',
  input: z.strictObject({
    folder: z.string().min(1).describe('A folder on the disk of the target; the file is written there.'),
    bytes: size.refine((bytes) => bytes <= 64 * GIB, 'at most 64GiB').describe('Size of the file.'),
    leaves: size
      .prefault('256MiB')
      .describe('So much of the disk stays free: the step refuses more, and takes the file away when others fill it.'),
    lasts: lastsField,
    ...experimentFields,
  }),
  outputs: z.object(experimentOutputs),
  effect: 'idempotent',
  reach: ({ steady }) => member(steady, 'url'),
  writes: ({ folder }) => inFolder(folder, BALLAST),
  pins: ({ steady }) => ({ names: member(steady, 'argv') }),
  runs: ({ steady }) => steadyPrograms(steady),
  takes: longest,
  undo: 'Takes the file away, unless the step has.',
  meets: {
    ...EXPERIMENT_MEETS,
    ...HELD_MEETS,
    'a disk with too little space': 'the step fails, and nothing is written',
    'a file system that compresses':
      'the file does not; what it takes of the disk is measured, and less fails the step',
  },
  example: `id: disk
uses: chaos.disk
with:
  folder: data
  bytes: 2GiB
  lasts: 30s
  steady: { url: "http://127.0.0.1:8000/healthz", within: 500ms }
`,
  sample: EXPERIMENT_SAMPLE,
  leaves: EXPERIMENT_LEAVES,
  shows: EXPERIMENT_SHOWS('Chaos: disk pressure'),
  running: experimentRunning,
});
