import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';

/** A folder in a repository: no `.` or `..`, nothing before or behind it. */
const folder = z
  .string()
  .regex(/^(?!.*(^|\/)\.{1,2}(\/|$))[^/\p{Cc}]+(\/[^/\p{Cc}]+)*$/u, 'a folder in the repository, as candidate/rules');

export const gitSelect = defineKind({
  title: 'Select files to move',
  about:
    'Names the next files below a folder of a branch, in the order of their paths, and how many are left there; it is the same for the same commit.',
  input: z.strictObject({
    repo: z.string().min(1).describe('Folder of the repository; its checkout is not looked at.'),
    base: z
      .string()
      .regex(/^(?!.*(\.\.|\/\/|@\{|\.lock$))[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/, 'a branch name')
      .default('main')
      .describe('Branch that is looked at; fetch it first.'),
    below: folder.describe('Folder that the files lie below.'),
    to: folder.describe('Folder that they get a place below: the rest of their paths stays.'),
    take: z.int().min(1).max(1000).describe('How many at most.'),
    skip: z
      .array(z.string().min(1))
      .max(1000)
      .default([])
      .describe('Paths of files that are passed over, such as those in quarantine.'),
  }),
  outputs: z.object({
    commit: z.string().describe('Commit of the branch that was looked at.'),
    left: z.int().describe('Files that lie below the folder, these included.'),
    there: z.int().describe('Files that lie below the other folder already.'),
    count: z.int().describe('Files that were selected.'),
    skipped: z.int().describe('Files that were passed over.'),
    taken: z.int().describe('Files that cannot be selected: their new place is taken, or their name is no UTF-8.'),
    moves: z.array(z.object({ path: z.string(), to: z.string() })).describe('The files, as `pr.prepare` takes them.'),
    first: z.string().describe('The first of them; empty where there is none.'),
    last: z.string().describe('The last of them.'),
  }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  undo: null,
  meets: {
    'no file below the folder': '`count: 0` and `left: 0`: a gate may ask for some',
    'a folder that is not in the branch': 'the same as an empty one',
    'a file whose new place is taken, or whose name is no UTF-8': 'not selected, and counted as `taken`',
    'links and submodules': 'links are files as others; submodules are passed over',
    'files that are not committed, or changed since': 'do not count: the branch is what is looked at',
    'a path to pass over that is not there': 'fails the step: what is passed over by mistake would never be moved',
    'a branch that is not there': 'fails the step',
  },
  example: `id: next
uses: git.select
with: { repo: ., below: candidate, to: src, take: 50 }
`,
  sample: {
    commit: 'c'.repeat(40),
    left: 200,
    there: 120,
    count: 1,
    skipped: 0,
    taken: 0,
    moves: [{ path: 'candidate/a.js', to: 'src/a.js' }],
    first: 'candidate/a.js',
    last: 'candidate/a.js',
  },
  leaves: ['selection.json'],
});
