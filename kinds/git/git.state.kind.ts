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
    clean: z.boolean().describe('Nothing was changed or added since; never of what is no repository.'),
    changed: z.int().describe('Files that differ from the commit, with those that it does not know.'),
  }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  undo: null,
  meets: {
    'a folder that belongs to no repository': '`repository: false`, and not clean: a gate may ask for it',
    'a repository of another user': 'fails the step, as git does',
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
