import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';

export const processKill = defineKind({
  title: 'Kill a process',
  about: 'Sends a signal to one process that was found before; a pid that is another process by now is refused.',
  input: z.strictObject({
    pid: z.int().min(2),
    startedAt: z.string().min(1).describe('As process.find gave it.'),
    signal: z.enum(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP']).default('SIGKILL'),
  }),
  outputs: z.object({ pid: z.int(), at: z.string().describe('When the signal was sent, ISO 8601.') }),
  meets: {
    'a process that is gone': 'the step fails; nothing is sent',
    'an id that is another process by now': 'refused by its start time (to a second), with both times',
    'golive’s own worker': 'refused, and so is the process that started it',
    'no rights': 'fails, with what the system said',
    'a zombie': 'counts as gone',
    'two at once, a worker that is lost':
      'a signal is sent once; where it is not known whether it was, the step is in doubt and a person is asked',
  },
  effect: 'once',
  reach: 'none',
  writes: 'none',
  undo: null,
  example: `id: kill
uses: process.kill
# In a runbook: pid: "\${{ steps.<find>.pid }}", startedAt: "\${{ steps.<find>.startedAt }}"
with: { pid: 4711, startedAt: "2026-11-21T08:00:00.000Z" }
`,
  sample: { pid: 4711, at: '2026-11-21T08:00:01.000Z' },
});
