import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import {
  MEETS_COMPOSE_FILES,
  serviceName,
  stackDriver,
  stackFiles,
  stackFolder,
  stackPrograms,
} from './stack-fields.js';

export const stackSettings = defineKind({
  title: 'Settings of a service',
  about:
    'Reads what a running service was really given, its environment and its mounts, and compares it with what it should have; values are never shown.',
  input: z.strictObject({
    stack: stackFolder,
    driver: stackDriver,
    service: serviceName,
    env: z
      .record(z.string().min(1).max(200), z.union([z.string().max(32_768), z.number(), z.boolean()]))
      .default({})
      .describe('Variables with the values that it must have; `""` also where it has none.'),
    mounts: z
      .array(z.string().min(1).max(1000))
      .max(100)
      .default([])
      .describe('Where something must be mounted: paths in the container; of a process, its `volumes`.'),
  }),
  outputs: z.object({
    containers: z.int().describe('Containers or processes that were looked at.'),
    variables: z.int().describe('Variables that they have.'),
    mounts: z.int().describe('Places that are mounted.'),
    differs: z.array(z.string()).describe('Names of variables that have another value, or none.'),
    missing: z.array(z.string()).describe('Mounts that are not there.'),
  }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  pins: ({ stack }) => stackFiles(stack),
  runs: ({ driver }) => stackPrograms(driver),
  undo: null,
  meets: {
    ...MEETS_COMPOSE_FILES,
    'a service that does not run': 'CHECK_FAILED: what it would be given is not what it was given',
    'a file of variables that was changed since the service began': 'is not looked at: the running service is',
    'several containers': 'each must have all of it',
    'a process whose environment the worker may not read': 'fails the step',
  },
  example: `id: settings
uses: stack.settings
with: { stack: stack, service: api, env: { USE_STUBS: "false" }, mounts: [/data/volumes/audit] }
`,
  sample: { containers: 1, variables: 12, mounts: 1, differs: [], missing: [] },
  leaves: ['settings.json'],
});
