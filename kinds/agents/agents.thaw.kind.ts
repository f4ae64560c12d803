import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { agentPrograms, agentsEnv, argvIn, schedules } from './agents.freeze.kind.js';

export const agentsThaw = defineKind({
  title: 'Thaw agents',
  about: 'Lets the named Temporal schedules and agents go on, whoever halted them.',
  input: z
    .strictObject({
      schedules: schedules.describe('Ids of Temporal schedules to let go on.'),
      commands: z
        .array(
          z.strictObject({
            name: z.string().min(1).max(100),
            thaw: z.array(z.string().max(4096)).min(1).max(64).describe('Lets it go on; safe to repeat.'),
          }),
        )
        .max(50)
        .default([]),
      env: agentsEnv,
    })
    .refine((input) => input.schedules.length + input.commands.length > 0, {
      message: 'give `schedules` or `commands`',
    }),
  outputs: z.object({
    thawed: z.int().describe('Agents whose thaw command ran.'),
    schedules: z.int().describe('Schedules that go on now.'),
  }),
  effect: 'idempotent',
  reach: 'none',
  writes: 'none',
  pins: ({ commands }) => ({ names: argvIn(commands) }),
  runs: ({ commands }) => agentPrograms(commands),
  env: ({ commands }) => (commands === undefined ? undefined : ['env']),
  undo: null,
  example: `id: thaw
uses: agents.thaw
with:
  schedules: [nightly-retry]
  commands:
    - { name: retry-agent, thaw: [rm, -f, agents/retry.hold] }
`,
  sample: { thawed: 1, schedules: 1 },
});
