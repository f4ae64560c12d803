import { z } from 'zod';
import { duration } from '../shared/fields.js';
import { defineKind } from '../../model/schema/format/kind.js';
import { secretRef } from '../../model/schema/format/secret-refs.js';
import { inFolder, member } from '../shared/given.js';

const GITHUB = 'https://api.github.com';
const ref = z.string().regex(/^(?!.*(\.\.|\/\/|@\{|\.lock$))[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/, 'a branch name');

export const prPrepare = defineKind({
  title: 'Prepare a pull request',
  about:
    'Makes a branch with one commit, without a checkout, pushes it and opens a pull request; where the rights are missing, it gives the command for a person.',
  input: z
    .strictObject({
      repo: z.string().min(1).describe('Folder of the repository; its checkout is not touched.'),
      base: ref.default('main').describe('Branch that the change is for; fetch it first.'),
      on: ref
        .optional()
        .describe(
          'Branch that the commit stands on, where that is not the base: a batch on the one before it, which is not merged yet.',
        ),
      branch: ref.describe('Branch of the change: a new one, or one that this step made before.'),
      files: z
        .array(z.strictObject({ path: z.string().min(1), from: z.string().min(1) }))
        .max(200)
        .default([])
        .describe('Files of the commit: path in the repository, and where the content is.'),
      moves: z
        .array(z.strictObject({ path: z.string().min(1), to: z.string().min(1) }))
        .max(1000)
        .default([])
        .describe(
          'Files of the base that get another place, as they are: their path, and the new one. `git.select` gives them.',
        ),
      title: z
        .string()
        .min(3)
        .max(200)
        .regex(/^[^\n\r\0]+$/, 'one line')
        .describe('Of the pull request and the commit: one line, 3 to 200 characters.'),
      body: z.string().max(20_000).default(''),
      remote: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/)
        .optional()
        .describe('Remote to push to; without it nothing leaves the machine.'),
      github: z
        .strictObject({
          repository: z.string().regex(/^[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+$/, 'owner/name'),
          token: secretRef,
          apiBase: z.url().default(GITHUB),
        })
        .optional()
        .describe('Opens the pull request.'),
      autoMerge: z
        .enum(['merge', 'squash', 'rebase'])
        .optional()
        .describe('How the pull request is merged once its checks pass: the command for a person asks for that.'),
      draft: z.boolean().default(false).describe('The pull request is opened as a draft.'),
      refresh: z
        .boolean()
        .default(false)
        .describe('A pull request that is open gets this title and text; without it they stay as they are.'),
      timeout: duration.prefault('20s').describe('Time for each call over the network; a push has three times that.'),
    })
    .refine(({ files, moves }) => files.length + moves.length > 0, { message: 'give `files` or `moves`' }),
  outputs: z.object({
    branch: z.string(),
    commit: z.string(),
    pushed: z.boolean().describe('The remote has this commit as the branch: it was read back.'),
    opened: z.boolean().describe('There is a pull request that is open, or was merged.'),
    state: z.enum(['none', 'open', 'merged', 'closed']).describe('Of the pull request for this branch and base.'),
    url: z.string().describe('Of the pull request; empty when there is none.'),
    command: z.string().describe('What a person runs to do the rest; empty when nothing is left.'),
    reason: z.string().describe('Why something is left for a person, where rights are missing or a person closed it.'),
  }),
  effect: 'idempotent',
  // The remote's own address stands in the repository.
  reach: ({ github }) => (github === undefined ? [] : (member(github, 'apiBase') ?? GITHUB)),
  writes: ({ repo }) => inFolder(repo, '.git'),
  runs: () => ({ names: 'git' }),
  undo: null,
  meets: {
    'the same files on the same base again': 'the commit that is there; no second one',
    'a branch that this step made before': 'its commit is replaced; one that another step made is left',
    'a branch that the commit of `on` stands on': 'is added to, whoever made it: nothing of it is lost',
    'a branch of somebody else, here or on the remote':
      'left as it is, and the step fails: golive’s own are those that it recorded in the folder of the repository',
    'a branch that is checked out': 'not moved, and the step fails',
    'a path through a link, a submodule or a file, or to a folder':
      'refused; nothing is written through the repository',
    'a source that is missing, a folder, or leads out of the folders of the plan': 'refused',
    'files that may be run': 'stay so: where the source may be run, or the file of the base',
    'line ends': 'those of the attributes of the base',
    'a file to move that the base does not have, or whose new place is taken': 'refused; nothing is changed',
    'a submodule, one file to two places, or a place that git takes for one of its own': 'refused; nothing is changed',
    'a file that is moved': 'keeps each byte, its mode and its history: it is the same content at another path',
    'a file behind a filter (git-lfs, git-crypt)': 'refused: no filter runs',
    'a remote that is not there': 'the step fails with what git says',
    'a hook of the remote that refuses': 'is quoted in the `reason`',
    'programs that the repository’s configuration names (`core.sshCommand`, `core.askPass`, `core.gitProxy`, credential helpers, hooks, `receivepack`, `uploadpack`)':
      'do not run; those that the configuration of the worker’s user names do',
    'a remote that is a folder of this machine': 'its own hooks run, as the user of the worker',
    'missing rights': 'the rest is left for a person, with the command and the `reason`',
    'a repository that GitHub does not know, or does not show': 'the step fails (404)',
    'a pull request that is open': 'found, whoever opened it; its title and text stay, but with `refresh`',
    'one that was merged or closed with the same commit':
      'nothing is pushed; `state` says so, and only a person opens it again',
    'GitHub’s wish to wait (429, 403 with `Retry-After`, a used-up limit)': 'obeyed, within the time of the step',
    'two at once in one repository': 'their branches are made one after the other, by a lock that names who has it',
    'a branch that is moved meanwhile': 'never written over; looked at again',
    'the configuration of the user': 'only to reach the remote (credentials, ssh, proxy) does it count',
  },
  example: `id: change
uses: pr.prepare
with:
  repo: .
  branch: golive/health-contract
  files: [{ path: .github/workflows/health.yml, from: out/health.yml }]
  title: Check the health contract every hour
`,
  sample: {
    branch: 'golive/health-contract',
    commit: 'c'.repeat(40),
    pushed: false,
    opened: false,
    state: 'none',
    url: '',
    command: 'git push origin golive/health-contract && gh pr create --fill',
    reason: '',
  },
  leaves: ['pull-request.json'],
});
