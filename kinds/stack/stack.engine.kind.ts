import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { environment } from '../../model/schema/format/environment.js';
import { duration } from '../shared/fields.js';
import { MEETS_COMPOSE_FILES, stackDriver, stackFiles, stackFolder, stackPrograms } from './stack-fields.js';

export const stackEngine = defineKind({
  title: 'Container engine',
  about:
    'Looks whether what runs a stack answers, and starts the container engine where it is told how and it does not; says which driver it is.',
  input: z.strictObject({
    stack: stackFolder,
    driver: stackDriver,
    start: z
      .array(z.string().min(1).max(4096))
      .max(64)
      .default([])
      .describe('Program and arguments that start the engine, e.g. `[systemctl, start, docker]`; empty: only looked.'),
    env: environment.default({}).describe('Added to the environment of `start`; a secret by reference.'),
    within: duration.prefault('2m').describe('How long a started engine may take until it answers.'),
    judge: z
      .boolean()
      .default(true)
      .describe('false: an engine that does not answer, or was not started, is told in `answers` and fails nothing.'),
  }),
  outputs: z.object({
    driver: z.enum(['compose', 'native']),
    answers: z.boolean().describe('It answers; for processes of this machine always.'),
    started: z.boolean().describe('It was started by this step.'),
  }),
  effect: 'idempotent',
  reach: 'none',
  writes: 'none',
  pins: ({ stack }) => stackFiles(stack),
  runs: ({ start, driver }) => stackPrograms(driver, Array.isArray(start) ? start[0] : []),
  env: ({ start }) => (start === undefined ? undefined : ['env']),
  undo: null,
  meets: {
    ...MEETS_COMPOSE_FILES,
    'an engine that does not answer, and no `start`':
      'TOOL_MISSING, or with `judge: false` told in `answers`; `driver: compose` never falls back to processes',
    'a `start` that fails, or an engine that does not answer in time after it':
      'fails the step, with what was said; with `judge: false` told in the summary and in `answers`',
    'an engine that answers': 'is left as it is; `start` does not run',
  },
  example: `id: engine
uses: stack.engine
with: { stack: stack, driver: compose, start: [systemctl, start, docker] }
`,
  sample: { driver: 'compose', answers: true, started: false },
});
