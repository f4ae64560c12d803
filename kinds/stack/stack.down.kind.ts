import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import {
  MEETS_COMPOSE_FILES,
  MEETS_ENV_FILE,
  stackDriver,
  stackFiles,
  stackFolder,
  stackPrograms,
  stackState,
} from './stack-fields.js';

export const stackDown = defineKind({
  title: 'Stack down',
  about: 'Stops every service of a stack, dependants first, and removes its volumes when told to.',
  input: z.strictObject({
    stack: stackFolder,
    driver: stackDriver,
    volumes: z.boolean().default(false).describe('Remove the data as well. What is removed cannot be brought back.'),
    listUnused: z
      .boolean()
      .default(false)
      .describe('List volumes that no service uses any more, for review, in the evidence `unused-volumes.txt`.'),
  }),
  outputs: z.object({
    stopped: z.int().describe('Services that ran and were stopped.'),
    volumesRemoved: z.int().describe('Volumes that were there and were removed.'),
    unusedVolumes: z.int().optional().describe('Volumes left that no service uses; only with `listUnused`.'),
  }),
  effect: 'idempotent',
  reach: 'none',
  writes: ({ stack }) => stackState(stack),
  pins: ({ stack }) => stackFiles(stack),
  runs: ({ driver }) => stackPrograms(driver),
  undo: null,
  meets: {
    'services of profiles of Compose': 'are stopped, too, whatever started them',
    ...MEETS_COMPOSE_FILES,
    ...MEETS_ENV_FILE,
  },
  example: `id: down
uses: stack.down
with: { stack: stack, volumes: true }
`,
  sample: { stopped: 3, volumesRemoved: 2 },
});
