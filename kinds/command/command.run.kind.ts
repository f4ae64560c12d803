import { z } from 'zod';
import { duration, regularExpression } from '../shared/fields.js';
import { defineKind } from '../../model/schema/format/kind.js';
import { environmentName } from '../../model/schema/format/environment.js';
import { secretRef } from '../../model/schema/format/secret-refs.js';
import { member } from '../shared/given.js';
import { copyTarget, dumpTarget } from './copy-target.js';

export const commandRun = defineKind({
  title: 'Command',
  about:
    'Runs a program with its arguments, without a shell, and keeps its whole output; the step says by `effect` what repeating it would mean.',
  input: z.strictObject({
    argv: z
      .array(z.string().max(8192))
      .min(1)
      .max(256)
      .refine((argv) => argv[0] !== '' && !argv.some((part) => part.includes('\0')), 'argv[0] names a program; no NUL')
      .describe('Program and arguments, each an item of its own.'),
    cwd: z.string().min(1).optional().describe('Folder it runs in; by default the one that holds the runbook.'),
    env: z
      .record(environmentName, z.union([z.string(), secretRef]))
      .optional()
      .describe(
        'Added to the allow-listed environment: PATH, HOME, LANG, TZ, TMPDIR and the like; a secret by reference is kept out of all that is told.',
      ),
    pin: z
      .boolean()
      .default(true)
      .describe(
        'Refuse to run when a file that `argv` names was changed after the plan was made; false for what is built meanwhile.',
      ),
    expectExit: z.array(z.int().min(0).max(255)).min(1).default([0]).describe('Exit codes that are good.'),
    expectStdout: regularExpression(1000)
      .optional()
      .describe(
        'Regular expression that the end of its output must match; `$` is its end, with or without a last line end.',
      ),
    timeout: duration.optional().describe('Longest time it may run; by default the time of the step.'),
    outputs: z
      .strictObject({ file: z.string().min(1) })
      .optional()
      .describe('A JSON object of at most 28 KiB that it writes; the path is in its GOLIVE_OUTPUT_FILE.'),
  }),
  outputs: z.object({
    exitCode: z.number(),
    durationMs: z.number().describe('Milliseconds it ran.'),
    stdoutTail: z.string().describe('The last 2,000 characters of its output.'),
    values: z.record(z.string(), z.json()).describe('What it wrote to its output file.'),
    credentials: z.int().describe('Credentials that nobody declared, found in what it said and masked.'),
  }),
  meets: {
    'its output file':
      'UTF-8 and a JSON object, exact: a number that a double does not hold is its digits, as text; bytes that are no text, a member with two values, `__proto__`, and what is nested deeper than 1,000 fail the step',
    'credentials in what it says':
      'keys of clouds and services, tokens, private keys and passwords of addresses that nobody declared are masked in evidence and outputs, and counted in `credentials`',
  },
  effect: 'stated',
  reach: 'none',
  writes: ({ argv, cwd, outputs }) => [member(outputs, 'file'), copyTarget(argv, cwd), dumpTarget(argv, cwd)],
  pins: ({ argv, cwd, pin }) => ({ names: pin === false ? [] : argv, folder: cwd }),
  runs: ({ argv, cwd, env }) => ({ names: Array.isArray(argv) ? argv[0] : [], folder: cwd, path: member(env, 'PATH') }),
  env: () => ['env'],
  undo: null,
  example: `id: migrate
uses: command.run
effect: idempotent
with:
  argv: [npm, run, migrate]
  cwd: services/api
  env: { PGHOST: localhost }
  timeout: 2m
`,
  sample: { exitCode: 0, durationMs: 812, stdoutTail: 'done\n', values: {}, credentials: 0 },
  leaves: ['output.log'],
});
