import { z } from 'zod';
import { duration } from '../shared/fields.js';
import { MEETS_NAME } from './process-fields.js';
import { defineKind } from '../../model/schema/format/kind.js';

export const processAwaitRespawn = defineKind({
  title: 'Await a respawn',
  about:
    'Waits for a supervisor to start a killed process anew, and tells how long that took by the new one’s own start time; of several the earliest, and none that ran before the kill.',
  input: z
    .strictObject({
      pidFile: z.string().min(1).optional(),
      command: z.string().min(3).max(1000).optional().describe('Text that its command line holds.'),
      not: z.int().min(2).describe('The pid that was killed.'),
      since: z.string().min(1).describe('When it was killed, ISO 8601.'),
      within: duration.prefault('30s').describe('How long is waited; what is too long is for a gate to say.'),
    })
    .refine((input) => input.pidFile !== undefined || input.command !== undefined, {
      message: 'give `pidFile` or `command`',
    }),
  outputs: z.object({
    pid: z.int(),
    startedAt: z.string(),
    respawnMs: z.int().describe('From the kill to the start of the new process.'),
  }),
  meets: {
    ...MEETS_NAME,
    'several that match': 'the earliest that began after the kill',
    'one that ran before the kill': 'is no successor; a pid file that still names the killed one is waited on',
    'a `since` that is no time': 'the step fails; `since` of the future is waited for until `within` ends',
  },
  effect: 'none',
  reach: 'none',
  writes: 'none',
  undo: null,
  example: `id: respawn
uses: process.await-respawn
with:
  pidFile: run/agent.pid
  command: agent.js
  # In a runbook: not: "\${{ steps.<kill>.pid }}", since: "\${{ steps.<kill>.at }}"
  not: 4711
  since: "2026-11-21T08:00:01.000Z"
`,
  sample: { pid: 4712, startedAt: '2026-11-21T08:00:01.400Z', respawnMs: 400 },
});
