import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { inFolder } from '../shared/given.js';

export const gitRevert = defineKind({
  title: 'Git revert',
  about:
    'Takes one commit back by a commit of its own, and compares a file with what it was before. What stands is read from trees, never from messages.',
  input: z
    .strictObject({
      repo: z
        .string()
        .min(1)
        .describe('Folder of the repository, bare or with a work tree; its whole history must be there.'),
      commit: z
        .string()
        .regex(/^[0-9a-f]{7,64}$/, 'a commit hash')
        .optional()
        .describe('Hash of the commit, at least 7 digits.'),
      message: z
        .string()
        .min(3)
        .max(200)
        .regex(/^[^\n\r\0]+$/, 'one line')
        .optional()
        .describe(
          'Text that the message of exactly one commit holds, in place of its hash; those that only take it back, or bring it again, do not count.',
        ),
      mainline: z
        .int()
        .min(1)
        .max(64)
        .optional()
        .describe('For a merge: the number of the side that stays, mostly 1, which it was merged into.'),
      file: z.string().min(1).describe('Path in the repository of a file that the commit changes; it is compared.'),
    })
    .refine((input) => (input.commit === undefined) !== (input.message === undefined), {
      message: 'give `commit` or `message`',
    }),
  outputs: z.object({
    commit: z.string().describe('What was reverted.'),
    revert: z
      .string()
      .describe('The commit that reverts it; where it was taken back already, the last one that changed the file.'),
    original: z.string().describe('SHA-256 of the file before the commit, as git keeps it; empty when there was none.'),
    before: z.string().describe('SHA-256 just before the revert.'),
    after: z.string().describe('SHA-256 after it; empty when the file is gone.'),
    restored: z
      .boolean()
      .describe('The file is as it was before the commit, or gone again: in the history, and in the work tree.'),
  }),
  effect: 'idempotent',
  reach: 'none',
  // Other files of the commit stay pinned: a program that the revert changes is not what people looked at.
  writes: ({ repo, file }) => [inFolder(repo, '.git'), inFolder(repo, file)],
  runs: () => ({ names: 'git' }),
  undo: 'Takes the revert back by one more commit; nothing where none was made.',
  example: `id: revert
uses: git.revert
with: { repo: workspace, message: "order rollback-1", file: open/notes.md }
`,
  sample: {
    commit: 'c'.repeat(40),
    revert: 'd'.repeat(40),
    original: '',
    before: 'a'.repeat(64),
    after: '',
    restored: true,
  },
  leaves: ['git.txt'],
});
