import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';

export const gitState = defineKind({
  title: 'State of the code',
  about:
    'Names the commit and branch that a folder stands at, and whether it was changed since, so that the bundle says what was judged.',
  input: z.strictObject({
    folder: z.string().min(1).describe('A folder of a repository; it need not be its top.'),
  }),
  outputs: z.object({
    repository: z.boolean().describe('Whether the folder belongs to one.'),
    commit: z.string().describe('Whole hash; `none` without a repository or a commit.'),
    branch: z.string().describe('`detached` where a commit is checked out by itself; `none` without a repository.'),
    clean: z
      .boolean()
      .describe('Nothing was changed or added since; never of what is no repository, or not known to its commit.'),
    changed: z
      .int()
      .describe('Files that differ from the commit or that it does not know, those of its submodules as well.'),
  }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  undo: null,
  meets: {
    'a folder that belongs to no repository': '`repository: false`, and not clean: a gate may ask for it',
    'a folder that the commit knows nothing of, such as an ignored one': 'not clean',
    'files that git was told not to look at (assume-unchanged, skip-worktree, a sparse checkout)': 'count as changed',
    'what `.gitignore` leaves out': 'is not counted; what .git/info/exclude or a configuration leaves out is',
    submodules: 'are looked into, whatever their settings ignore; one that is not there counts as changed',
    'replaced commits, filters, hooks':
      'git goes by the objects themselves, and runs no program that a repository names: a file that a filter makes another one of may count as changed',
    'a repository of another user': 'fails the step, as git does, unless its user lists it as safe.directory',
    'a repository whose git folder lies outside of the folders of the plan': 'is read, and nothing is written there',
  },
  example: `id: code
uses: git.state
with: { folder: services/api }
`,
  sample: { repository: true, commit: 'a'.repeat(40), branch: 'main', clean: true, changed: 0 },
  leaves: ['git.json'],
  shows: [
    {
      as: 'figures',
      title: 'Code',
      place: 'figures',
      outputs: ['commit', 'branch', 'clean', 'changed'],
      file: 'git.json',
    },
  ],
});
