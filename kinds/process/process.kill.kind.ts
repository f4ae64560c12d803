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
