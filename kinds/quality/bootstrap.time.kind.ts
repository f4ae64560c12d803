import { z } from 'zod';
import { environmentName } from '../../model/schema/format/environment.js';
import { defineKind } from '../../model/schema/format/kind.js';
import { secretRef } from '../../model/schema/format/secret-refs.js';
import { duration } from '../shared/fields.js';
import { member } from '../shared/given.js';

const argv = z
  .array(z.string().max(8192))
  .min(1)
  .max(256)
  .refine((parts) => parts[0] !== '' && !parts.some((part) => part.includes('\0')), 'argv[0] names a program; no NUL');
const ms = z.int();

export const bootstrapTime = defineKind({
  title: 'Time a bootstrap',
  about:
    'Takes a clean copy of a commit into a fresh folder and measures, by a clock that is never set, how long its steps take until it is ready; then it ends all that they started and removes the copy.',
  input: z.strictObject({
    folder: z.string().min(1).default('.').describe('A folder of the repository.'),
    commit: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[^-]/, 'no option of git')
      .default('HEAD')
      .describe('What is copied: as it was committed, without anything that was changed or added since.'),
    steps: z
      .array(
        z.strictObject({
          name: z.string().regex(/^[A-Za-z_]\w*$/, 'a name of letters, digits and _'),
          argv: argv.describe('Program and arguments; a path is one of the copy.'),
          cwd: z
            .string()
            .min(1)
            .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), 'a folder of the copy')
            .optional()
            .describe('Folder of the copy.'),
          background: z
            .boolean()
            .default(false)
            .describe('It goes on, as a server does; it must not end before all is ready.'),
        }),
      )
      .min(1)
      .max(50)
      .refine(
        (steps) => new Set(steps.map(({ name }) => name)).size === steps.length,
        'each step has a name of its own',
      ),
    env: z.record(environmentName, z.union([z.string(), secretRef])).optional(),
    ready: z
      .union([
        z.strictObject({
          url: z.string().min(1),
          status: z.array(z.int().min(100).max(599)).min(1).default([200]),
        }),
        z.strictObject({ argv }),
      ])
      .describe('What shows that it is ready: an answer over HTTP, or a program in the copy that ends with code 0.'),
    every: duration.prefault('500ms').describe('How often it is asked.'),
    within: duration.prefault('15m').describe('Longest time until it is ready, in real time.'),
    keep: z.boolean().default(false).describe('Leaves the copy where it is.'),
  }),
  outputs: z.object({
    bootstrapMs: ms.describe('Milliseconds from the checkout until it was ready.'),
    cloneMs: ms.describe('Milliseconds of the copy before, which do not count: it comes from this machine.'),
    steps: z
      .record(z.string(), z.int())
      .describe('Milliseconds by step; of one in the background, until all was ready.'),
    readyMs: ms.describe('Milliseconds after the last step until it was ready.'),
    commit: z.string(),
    clean: z
      .boolean()
      .describe('Whether the folder stands as that commit has it: else what was timed is not what lies there.'),
    changed: z
      .int()
      .describe('Files of the folder that differ from HEAD or that it does not know; none of them was copied.'),
    ended: z.int().describe('Processes that were ended afterwards.'),
    folder: z.string().optional().describe('Where the copy is, where it was kept.'),
  }),
  members: ({ steps }) => ({
    steps: Array.isArray(steps)
      ? Object.fromEntries(
          steps.flatMap((step) => (typeof member(step, 'name') === 'string' ? [[member(step, 'name'), 0]] : [])),
        )
      : undefined,
  }),
  effect: 'idempotent',
  reach: ({ ready }) => member(ready, 'url'),
  writes: 'none',
  runs: ({ folder, steps, ready, env }) => ({
    names: [
      'git',
      ...(Array.isArray(steps) ? steps : []).map((step) => first(member(step, 'argv'))),
      first(member(ready, 'argv')),
    ],
    folder,
    path: member(env, 'PATH'),
  }),
  env: () => ['env'],
  takes: ({ within }) => within,
  undo: null,
  meets: {
    'something that is ready before the first step':
      'EXPECTATION_FAILED: something else runs there, and nothing was timed',
    'a step that ends with another code than 0, or a background step that ends': 'COMMAND_FAILED',
    'not ready in time': 'TIMED_OUT, with what it answered last',
    'a changed work tree': 'is told by `clean` and `changed`, and not copied',
    caches:
      'of package managers are those of the user of the worker; give `env` an empty one to time without: `npm_config_cache`, `PIP_CACHE_DIR`, `GOMODCACHE`',
    'what was built before': 'is not in the copy: it lies in a folder of its own, beside no other code',
    'processes that its steps leave':
      'are ended, by group and, on Linux, by a mark in their environment, also those that left the group',
    'what a daemon runs for it, such as containers': 'goes on: let a step take it down',
    'a worker that dies meanwhile': 'the next attempt removes what was left, and begins anew',
    'submodules, and files that a filter makes (Git LFS)': 'are not fetched: let a step do it',
    hooks: 'of the repository and of the user do not run',
  },
  example: `id: bootstrap
uses: bootstrap.time
with:
  steps:
    - { name: install, argv: [npm, ci] }
    - { name: build, argv: [npm, run, build] }
    - { name: serve, argv: [node, dist/server.js], background: true }
  env: { PORT: "4010" }
  ready: { url: "http://127.0.0.1:4010/health" }
  within: 10m
`,
  sample: {
    bootstrapMs: 182_000,
    cloneMs: 900,
    steps: { install: 120_000, build: 60_000, serve: 2000 },
    readyMs: 2000,
    commit: 'a'.repeat(40),
    clean: true,
    changed: 0,
    ended: 1,
  },
  leaves: ['bootstrap.json', 'step-1.log'],
  shows: [
    {
      as: 'figures',
      title: 'Bootstrap',
      place: 'figures',
      outputs: ['bootstrapMs', 'readyMs', 'commit', 'clean'],
    },
  ],
});

function first(value: ReturnType<typeof member>) {
  return Array.isArray(value) ? (value[0] ?? null) : null;
}
