import { z } from 'zod';
import { duration } from '../shared/fields.js';
import { defineKind } from '../../model/schema/format/kind.js';
import {
  MEETS_ENV_FILE,
  MEETS_SERVICES,
  stackDriver,
  stackFiles,
  stackFolder,
  stackPrograms,
  stackServices,
  stackState,
} from './stack-fields.js';

export const stackUp = defineKind({
  title: 'Stack up',
  about:
    'Brings the services of a stack up and waits until each is ready; a service that already runs as configured is left alone.',
  input: z.strictObject({
    stack: stackFolder,
    driver: stackDriver,
    services: stackServices,
    wait: z
      .enum(['healthy', 'started'])
      .default('healthy')
      .describe('`healthy`: every service answers its readiness probe; `started`: every service runs.'),
    timeout: duration.optional().describe('Longest time for all of it; by default the time of the step.'),
  }),
  outputs: z.object({
    driver: z.enum(['compose', 'native']),
    services: z.int().describe('Services that run.'),
    healthy: z.int().describe('Those of them that are ready.'),
    started: z.int().describe('Those that were started just now; the rest ran already.'),
    waitedMs: z.int().describe('Milliseconds until all were ready.'),
  }),
  effect: 'idempotent',
  // What its readiness probes connect to stands in the stack's own definition, which is pinned.
  reach: 'none',
  writes: ({ stack }) => stackState(stack),
  pins: ({ stack }) => stackFiles(stack),
  runs: ({ driver }) => stackPrograms(driver),
  undo: 'Stops the services that it started and brings back those that it replaced as they ran before; volumes stay.',
  meets: {
    ...MEETS_SERVICES,
    ...MEETS_ENV_FILE,
    'numbers and dates among the variables of `stack.yaml`':
      'are the text that is written: `0123` stays `0123`; a variable without a value is refused',
    'a service that ends, or is not ready any more, when all were started':
      'fails the step, whatever Compose says of its `--wait`; a process without a probe must have run for a second',
    'a pipe or a device as `stack.yaml`, as its environment file, or in `.stack`': 'refused; it is not waited for',
    'two at once on one stack': 'are not serialised: let one runbook have it at a time',
  },
  example: `id: up
uses: stack.up
with: { stack: stack, wait: healthy, timeout: 2m }
`,
  sample: { driver: 'native', services: 3, healthy: 3, started: 3, waitedMs: 4200 },
});
