import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { MEETS_SERVICES, stackDriver, stackFiles, stackFolder, stackPrograms } from './stack-fields.js';

export const stackPs = defineKind({
  title: 'Stack status',
  about: 'Looks at every service of a stack: whether it runs and whether it is ready.',
  input: z.strictObject({
    stack: stackFolder,
    driver: stackDriver,
    expect: z
      .enum(['healthy', 'running'])
      .optional()
      .describe('The step fails unless every service is so; without it, it only reports.'),
  }),
  outputs: z.object({
    services: z.int(),
    running: z.int(),
    healthy: z.int(),
    unhealthy: z.array(z.string()).describe('Names of the services that are not ready.'),
  }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  pins: ({ stack }) => stackFiles(stack),
  runs: ({ driver }) => stackPrograms(driver),
  undo: null,
  meets: {
    ...MEETS_SERVICES,
    'no service at all': 'with `expect` the step fails: of nobody it cannot be said',
    'what `ps` prints otherwise than JSON':
      'fails the step; one array, as before v2.21, and the form of podman are read',
  },
  example: `id: ps
uses: stack.ps
with: { stack: stack, expect: healthy }
`,
  sample: { services: 3, running: 3, healthy: 3, unhealthy: [] },
  leaves: ['services.json'],
});
