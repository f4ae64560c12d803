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
  meets: {
    'a commit that was taken back already, by git, with a short reference or by hand':
      'nothing is made; trees tell, no message',
    'one that was taken back and brought again': 'it is taken back again',
    'several commits with the text': 'refused with their hashes; give `commit`',
    'a merge': 'refused without `mainline`. Taken back, it stays merged: merging that branch again brings nothing back',
    'a commit that is not in the history of what is checked out, or does not change the file': 'refused',
    'later changes': 'those elsewhere stay; where they conflict, the files are named and nothing is changed',
    'a file that was renamed since': 'it is taken back there, `restored` is false, and the new name is told',
    'a shallow history': 'refused',
    'a folder within a repository, or a git folder outside of the folders of the plan': 'refused',
    'changes that are not committed':
      'those of the same files are waited for (5 s), then refused with their names; others stay as they are',
    'a working file that git is told not to look at (`skip-worktree`, `assume-unchanged`), or that has kept size and time':
      'read itself: `restored` is false where it is another',
    'files that git does not know, in a folder where a file is to come': 'refused with their names',
    'a merge or a rebase under way, or a branch that is checked out in another work tree, too': 'refused',
    'a detached HEAD': 'made on it, and said: no branch holds it then',
    'a bare repository': 'made without files; only the history is compared',
    'line ends': 'those of the attributes of the repository; content is compared as git keeps it',
    'a link': 'compared as a link, never followed',
    'a submodule': 'compared by the commit that it points to; what is checked out in it is not touched',
    'a file behind a filter (git-lfs, git-crypt)': 'refused where there is a work tree: no filter runs',
    'hooks, filters, merge and diff drivers, signing, and the configuration of the user':
      'have no part in it; what a merge driver would have to merge is a conflict',
    'an attempt that was stopped while git wrote': 'put back, and made anew; a lock that a killed git left is told',
    'two at once in one repository': 'one after the other, by a lock that names who has it; all are made',
    'somebody who commits meanwhile': 'it is made anew on what they committed',
    'git before 2.38': 'refused',
  },
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
