import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { MEETS_NAME, processFields } from './process-fields.js';

export const processFind = defineKind({
  title: 'Find a process',
  about: 'Finds the one running process of a pid file or command line.',
  input: processFields,
  outputs: z.object({
    pid: z.int(),
    startedAt: z.string().describe('When it was started, ISO 8601.'),
    command: z.string().describe('Its command line, the first 1,000 characters; it is found by the whole of it.'),
  }),
  meets: {
    ...MEETS_NAME,
    'several that match': 'the step fails, with their ids',
  },
  effect: 'none',
  reach: 'none',
  writes: 'none',
  undo: null,
  example: `id: agent
uses: process.find
with: { pidFile: run/agent.pid, command: agent.js }
`,
  sample: { pid: 4711, startedAt: '2026-11-21T08:00:00.000Z', command: 'node agent.js' },
});
