import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { inFolder } from '../shared/given.js';

export const gitRevert = defineKind({
  title: 'Git revert',
  about: 'Reverts one commit, and compares a file with what it was before that commit.',
  input: z
    .strictObject({
      repo: z.string().min(1).describe('Folder of the repository.'),
      commit: z
        .string()
        .regex(/^[0-9a-f]{7,64}$/, 'a commit hash')
        .optional(),
      message: z
        .string()
        .min(3)
        .max(200)
        .optional()
        .describe('Text that the message of exactly one commit holds, in place of its hash.'),
      file: z.string().min(1).describe('Path in the repository whose content is compared.'),
    })
    .refine((input) => (input.commit === undefined) !== (input.message === undefined), {
      message: 'give `commit` or `message`',
    }),
  outputs: z.object({
    commit: z.string().describe('What was reverted.'),
    revert: z.string().describe('The commit that reverts it.'),
    original: z.string().describe('SHA-256 of the file before the commit; empty when there was none.'),
    before: z.string().describe('SHA-256 just before the revert.'),
    after: z.string().describe('SHA-256 after it; empty when the file is gone.'),
    restored: z.boolean().describe('The file is as it was before the commit, or gone again.'),
  }),
  effect: 'idempotent',
  reach: 'none',
  // Other files of the commit stay pinned: a program that the revert changes is not what people looked at.
  writes: ({ repo, file }) => [inFolder(repo, '.git'), inFolder(repo, file)],
  runs: () => ({ names: 'git' }),
  undo: null,
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
