import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { regularExpression } from '../shared/fields.js';
import { serviceName, stackDriver, stackFiles, stackFolder, stackPrograms } from './stack-fields.js';

export const stackLogs = defineKind({
  title: 'Stack logs',
  about: 'Keeps the last lines of services’ logs as evidence and counts those that tell of trouble.',
  input: z.strictObject({
    stack: stackFolder,
    driver: stackDriver,
    services: z
      .record(serviceName, z.int().min(1).max(10_000))
      .refine((services) => Object.keys(services).length > 0, 'names at least one service')
      .describe('Lines to keep by service, of each of its containers, e.g. `{postgres: 80, api: 120}`.'),
    patterns: z
      .strictObject({
        critical: regularExpression(1000).default('\\b(CRITICAL|FATAL|PANIC)\\b').describe('Regular expression.'),
        error: regularExpression(1000).default('\\bERROR\\b').describe('Regular expression.'),
      })
      .default({ critical: '\\b(CRITICAL|FATAL|PANIC)\\b', error: '\\bERROR\\b' })
      .describe('Which lines count as critical and as errors.'),
  }),
  outputs: z.object({
    lines: z.int().describe('Lines kept of all services.'),
    critical: z.int().describe('Lines that match the critical pattern.'),
    errors: z.int().describe('Lines that match the error pattern and not the critical one.'),
    cut: z.array(z.string()).describe('Services whose logs have earlier lines, which were not looked at.'),
    credentials: z.int().describe('Credentials that nobody declared, found in what the logs say and masked.'),
  }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  pins: ({ stack }) => stackFiles(stack),
  runs: ({ driver }) => stackPrograms(driver),
  undo: null,
  meets: {
    'a service of several containers':
      'the last lines of each, one container after the other; in the evidence each line begins with its container',
    'containers of `compose run`': 'are left out',
    'a longer log': '`cut` names the service; what was before is not looked at',
    'a log of a process that somebody has begun anew': 'is read from its beginning',
    'no log yet': 'no lines',
  },
  example: `id: logs
uses: stack.logs
with:
  stack: stack
  services: { postgres: 80, redis: 80, api: 120 }
`,
  sample: { lines: 280, critical: 0, errors: 0, cut: [], credentials: 0 },
  leaves: ['<service>.log'],
});
