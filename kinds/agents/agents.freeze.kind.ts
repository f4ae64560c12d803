import { z } from 'zod';
import type { Json } from '../../model/json.js';
import { environment } from '../../model/schema/format/environment.js';
import { defineKind, type Programs } from '../../model/schema/format/kind.js';
import { member } from '../shared/given.js';

const argv = z.array(z.string().max(4096)).min(1).max(64);

/** The programs of agents' commands, as a runbook gives them. */
export function argvIn(commands: Json | undefined): (Json | undefined)[] {
  const list = Array.isArray(commands) ? commands : [];
  return list.flatMap((one) => ['freeze', 'thaw', 'status'].map((name) => member(one, name)));
}

/** What agents' commands start. */
export function agentPrograms(commands: Json | undefined): Programs {
  return { names: argvIn(commands).map((one) => (Array.isArray(one) ? one[0] : undefined)) };
}

export const agentsEnv = environment
  .default({})
  .describe('Added to the allow-listed environment of the commands; a secret by reference.');

/** Ids of Temporal schedules. */
export const schedules = z.array(z.string().min(1).max(200)).max(100).default([]);

export const agentsFreeze = defineKind({
  title: 'Freeze agents',
  about:
    'Halts autonomous loops: pauses Temporal schedules and runs the freeze commands of other agents, and remembers which ones it halted.',
  input: z
    .strictObject({
      schedules: schedules.describe('Ids of Temporal schedules to pause, in the namespace of the worker.'),
      commands: z
        .array(
          z.strictObject({
            name: z.string().min(1).max(100),
            freeze: argv.describe('Halts the agent; safe to repeat.'),
            thaw: argv.describe('Lets it go on; safe to repeat.'),
            status: argv
              .optional()
              .describe(
                'Ends with code 0 while the agent runs, with 1 or 3 when it is halted, as `test`, `pgrep` and `systemctl is-active` do; anything else says nothing, and fails the step.',
              ),
          }),
        )
        .max(50)
        .default([]),
      env: agentsEnv,
      judge: z
        .boolean()
        .default(true)
        .describe(
          'false: agents that run on after their freeze are counted in `running` and fail nothing; `frozen` is without them.',
        ),
    })
    .refine((input) => input.schedules.length + input.commands.length > 0, {
      message: 'give `schedules` or `commands`',
    })
    .refine((input) => new Set(input.commands.map(({ name }) => name)).size === input.commands.length, {
      message: 'two commands have the same name',
      path: ['commands'],
    }),
  outputs: z.object({
    frozen: z.int().describe('Agents with commands that are halted now; without those that were seen to run on.'),
    unseen: z.int().describe('Those of them that nobody has seen halted: they have no `status`.'),
    schedules: z.int().describe('Schedules that are paused now.'),
    ran: z.int().describe('Agents with commands that ran before, those without `status` among them.'),
    running: z.int().optional().describe('Agents that run now; not there where one has no `status`.'),
  }),
  effect: 'idempotent',
  reach: 'none',
  writes: 'none',
  pins: ({ commands }) => ({ names: argvIn(commands) }),
  runs: ({ commands }) => agentPrograms(commands),
  env: ({ commands }) => (commands === undefined ? undefined : ['env']),
  meets: {
    'a status command that breaks':
      'a signal, a time that is over, a code other than 0, 1 and 3 (127: no such program): whether the agent runs is not known, and the step fails',
    'an agent that runs on after its freeze': 'fails the step; with `judge: false` it is counted, for a gate',
    'no status command':
      'the agent is taken to run, and to be halted when its freeze ends with 0; `unseen` counts it, for a gate',
    'a worker that is lost': 'the next attempt goes on; what the first halted is its own',
  },
  undo: 'Lets go on exactly those that it halted; what was halted before stays so.',
  example: `id: freeze
uses: agents.freeze
undoOn: always
with:
  schedules: [nightly-retry]
  commands:
    - name: retry-agent
      freeze: [touch, agents/retry.hold]
      thaw: [rm, -f, agents/retry.hold]
      status: [test, '!', -e, agents/retry.hold]
`,
  sample: { frozen: 1, unseen: 0, schedules: 1, ran: 1, running: 0 },
});
