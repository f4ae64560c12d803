import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { MEETS_NAME } from '../process/process-fields.js';
import { member } from '../shared/given.js';
import {
  EXPERIMENT_LEAVES,
  EXPERIMENT_MEETS,
  EXPERIMENT_SAMPLE,
  EXPERIMENT_SHOWS,
  experimentFields,
  experimentOutputs,
  experimentRunning,
  longest,
  steadyPrograms,
} from './chaos-fields.js';

export const chaosKill = defineKind({
  title: 'Chaos: kill a process',
  about: 'Kills a process, again and again, and measures how soon another one runs and the target is steady.',
  input: z
    .strictObject({
      pidFile: z.string().min(1).optional().describe('Path of the file with its pid.'),
      command: z.string().min(3).max(1000).optional().describe('Text that its command line holds.'),
      signal: z.enum(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP']).default('SIGKILL'),
      restore: z
        .array(z.string().max(4096))
        .min(1)
        .max(64)
        .optional()
        .describe(
          'Starts it when nobody else does, so that no fault is left; such a round has not recovered. It ends within 30 s, and what it starts goes on, as by `systemctl start`.',
        ),
      ...experimentFields,
    })
    .refine((input) => input.pidFile !== undefined || input.command !== undefined, {
      message: 'give `pidFile` or `command`',
    }),
  outputs: z.object(experimentOutputs),
  effect: 'idempotent',
  reach: ({ steady }) => member(steady, 'url'),
  writes: 'none',
  pins: ({ steady, restore }) => ({ names: [member(steady, 'argv'), restore] }),
  runs: ({ steady, restore }) => steadyPrograms(steady, restore),
  takes: (given) => longest({ ...given, lasts: '1m' }),
  undo: 'Looks whether such a process runs; where none does, it runs `restore`, or fails.',
  meets: {
    ...MEETS_NAME,
    ...EXPERIMENT_MEETS,
    'several that match': 'the step fails, with their ids; no process is killed',
    'golive’s own worker, and those that started it': 'refused',
    'no other that runs in time': '`restore` starts one, and the round has not recovered; without it the step fails',
    'a worker that is killed': 'the next attempt sees that a process runs, tells the broken round, and runs it again',
  },
  example: `id: kill
uses: chaos.kill
with:
  pidFile: run/api.pid
  command: server.js
  restore: [./start-api.sh]
  steady: { url: "http://127.0.0.1:8000/healthz", within: 500ms }
`,
  sample: EXPERIMENT_SAMPLE,
  leaves: EXPERIMENT_LEAVES,
  shows: EXPERIMENT_SHOWS('Chaos: killed process'),
  running: experimentRunning,
});
