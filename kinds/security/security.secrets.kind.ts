import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';

const count = z.int();

export const securitySecrets = defineKind({
  title: 'Secrets in the code and its history',
  about:
    'Looks for passwords, keys and tokens in every file of the work tree and in every file, commit text and tag that the history of its repository holds; a history that is not whole counts as not run, never as no findings.',
  input: z.strictObject({
    folder: z.string().min(1).describe('A folder of the repository; all of its work tree is looked through.'),
    baseline: z
      .string()
      .min(1)
      .optional()
      .describe('JSON of reviewed findings: `[{ id, reason, by, until }]`; those do not count.'),
    largest: z
      .int()
      .min(1024)
      .max(256 * 1024 * 1024)
      .default(32 * 1024 * 1024)
      .describe('Bytes of the largest file that is read; a larger one is skipped, and counted.'),
  }),
  outputs: z.object({
    findings: count.describe('Secrets that nobody reviewed: one at one path is one finding.'),
    tree: count.describe('Of these, how many stand in the work tree.'),
    history: count.describe('Of these, how many stand in the history, also where the file was deleted since.'),
    accepted: count.describe('Secrets that stand in the baseline.'),
    expired: count.describe('Entries of the baseline whose last day is over, and whose secret is there.'),
    stale: count.describe('Entries of the baseline whose secret is not there any more.'),
    scannedFiles: count.describe('Files of the work tree.'),
    scannedBlobs: count.describe('Contents of files in the history, each once.'),
    scannedMessages: count.describe('Texts of commits and annotated tags.'),
    binary: count.describe(
      'Of the files and contents, those that are no text: only what stands in them plainly is found.',
    ),
    skipped: count.describe('What was not read: too large, a submodule, no file.'),
    commit: z.string().describe('The commit that is checked out.'),
    dirty: z.boolean().describe('Whether the work tree differs from it, as `git.state` has it.'),
  }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  pins: ({ baseline }) => ({ names: [baseline ?? null] }),
  undo: null,
  meets: {
    'no repository, a bare one, one without a commit or without a file': 'the step fails: nothing was looked through',
    'a shallow or partial clone, a missing object': 'the step fails: the history is not whole',
    'a file that was deleted, a branch that is not checked out, a stash, a tag': 'is looked through as well',
    'what only a reflog or nothing reaches any more': 'is not: no clone gets it',
    'a file that `.gitignore` leaves out': 'is not looked through, unless it is committed',
    'the evidence of this go-live, where it lies in the work tree': 'is not: `evidence.scan` looks through that',
    'a link': 'is looked through as its own text, and not followed',
    'a submodule, or a repository within': 'is skipped, and counted: give it a step of its own',
    'a binary file, UTF-16': 'is looked through byte by byte; what it holds compressed is not seen',
    'a secret': 'is shown nowhere: its id takes work to guess from (scrypt)',
    'a reviewed finding':
      'is matched by its rule, path and secret, not by its line or commit; another path is another one',
    'a word that only stands for a value (`$NAME`, `{{name}}`, `<name>`), a password without a digit': 'is not found',
    'a search that would find nothing':
      'is shown by what is planted in memory, before and after: where that is not found, the step fails',
  },
  example: `id: secrets
uses: security.secrets
with: { folder: ., baseline: reviewed-secrets.json }
`,
  sample: {
    findings: 0,
    tree: 0,
    history: 0,
    accepted: 3,
    expired: 0,
    stale: 0,
    scannedFiles: 420,
    scannedBlobs: 6889,
    scannedMessages: 621,
    binary: 4,
    skipped: 0,
    commit: 'a'.repeat(40),
    dirty: false,
  },
  leaves: ['search.json', 'secrets.csv', 'skipped.csv'],
  shows: [
    {
      as: 'figures',
      title: 'Secrets',
      place: 'figures',
      outputs: ['findings', 'tree', 'history', 'accepted', 'scannedFiles', 'scannedBlobs', 'skipped', 'commit'],
    },
    { as: 'rows', title: 'Secrets', place: 'failures', file: 'secrets.csv' },
  ],
});
