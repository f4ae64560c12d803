import { z } from 'zod';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { advance, checkUnfiltered, type Head, headOf } from './advance.js';
import { findCommit } from './find-commit.js';
import type { Git } from './git.js';
import type { gitRevert as kind } from './git.revert.kind.js';
import { aloneIn, checkRepository, openRepository, type Repository } from './repository.js';
import { putBackInterrupted } from './interrupted.js';
import * as trees from './trees.js';
import { type Change, type Commit, pathInTree, short } from './trees.js';
import { workingFileIs } from './working-file.js';

type Input = z.infer<(typeof kind)['input']>;
type Outputs = z.infer<(typeof kind)['outputs']>;

/** What the deed made, for its undo and for later attempts: written before it is put on the branch. */
const made = z.object({
  revert: z.string(),
  /** What it stands on. */
  parent: z.string(),
  /** Empty where HEAD was detached. */
  branch: z.string(),
});
type Made = z.infer<typeof made>;

export const gitRevert: HandlerOf<typeof kind> = {
  check: ({ repo }, context) => checkRepository(context.path(repo), context, true),
  async do(input, context) {
    const repository = await openRepository(context.path(input.repo), context, true);
    return aloneIn(repository, context, () => revertIn(repository, input, context));
  },
  async undo({ repo }, context) {
    const known = await recallMade(context);
    if (known === undefined) return { summary: 'no revert was made, nothing to undo' };
    const repository = await openRepository(context.path(repo), context, true);
    return aloneIn(repository, context, async () => ({ summary: await undoIn(repository, known, context) }));
  },
};

async function revertIn(repository: Repository, input: Input, context: StepContext) {
  const { git } = repository;
  const file = pathInTree(input.file);
  const { commit: tip } = await headOf(repository);
  const commit = await findCommit(git, input, tip);
  const change = await changeOf(git, commit, file);
  const standing = (await madeBefore(repository, context)) ?? (await makeRevert(repository, commit, context));
  const head = await headOf(repository);
  const after = await trees.entryAt(git, head.commit, file);
  const before = standing ? await trees.entryAt(git, standing.parent, file) : after;
  const differs = !repository.bare && !(await workingFileIs(repository, file, after));
  const outputs: Outputs = {
    commit: commit.id,
    revert: standing?.revert ?? (await git.line('rev-list', '--max-count=1', head.commit, '--', file)),
    original: await trees.digestOf(git, change.before),
    before: await trees.digestOf(git, before),
    after: await trees.digestOf(git, after),
    restored: after === change.before && !differs,
  };
  const log = await git.text('log', '--stat', '--no-ext-diff', '-n', '3');
  await context.evidence.write('git.txt', `${JSON.stringify({ file, ...outputs }, null, 2)}\n\n${context.redact(log)}`);
  const how = standing ? `reverted ${short(commit.id)}` : `${short(commit.id)} was taken back already`;
  const loose = standing && head.branch === undefined ? '; HEAD is detached: no branch holds the revert' : '';
  const state = { tip: standing?.parent ?? head.commit, after, differs };
  const found = await foundOf(git, { file, commit, outputs, ...state });
  return { outputs, summary: `${how}: ${found}${loose}` };
}

/** What a commit made of the file. @throws StepError BAD_INPUT when it did nothing to it: nothing could be said then */
async function changeOf(git: Git, commit: Commit, file: string): Promise<Change> {
  const changes = await trees.changesBetween(git, commit.parent, commit.id);
  const change = changes.get(file);
  if (change) return change;
  throw new StepError('BAD_INPUT', `${short(commit.id)} does not change ${file}; nothing was changed.`, {
    hint: `Name a file that it changes: ${trees.named([...changes.keys()]) || 'it changes none'}.`,
  });
}

/** The revert of an earlier attempt of this step, when it came about. */
async function madeBefore(repository: Repository, context: StepContext): Promise<Made | undefined> {
  const known = await recallMade(context);
  if (known === undefined) return undefined;
  const { commit, branch } = await headOf(repository);
  if (known.branch === (branch ?? '') && (await stands(repository.git, known, commit))) return known;
  await putBackInterrupted(repository, known);
  return undefined;
}

async function recallMade(context: StepContext): Promise<Made | undefined> {
  const memory = await context.recall();
  if (memory === undefined) return undefined;
  const read = made.safeParse(memory);
  if (read.success) return read.data;
  throw new StepError('NOT_FOUND', 'What the step remembered of the revert that it made cannot be read.', {
    hint: 'See who changed it; take the revert back by hand, then say that the undo is done.',
  });
}

/** Whether what was made is in the history. A machine that lost its power may have lost the commit itself. */
async function stands(git: Git, { revert }: Made, tip: string): Promise<boolean> {
  const there = await git.try('cat-file', '-e', `${revert}^{commit}`);
  return there.exitCode === 0 && trees.isIn(git, revert, tip);
}

/** Makes the revert where the tree does not have it already. */
async function makeRevert(repository: Repository, commit: Commit, context: StepContext): Promise<Made | undefined> {
  const { git } = repository;
  let standing: Made | undefined;
  await advance(repository, context, async (head) => {
    const taken = await trees.withoutCommit(git, commit, head.commit);
    // What was taken back may have been changed since: then there is nothing to take back any more.
    if ('conflicts' in taken && (await trees.wasTakenBack(git, commit, head.commit))) return undefined;
    standing = await commitOf(repository, head, { taken, commit, context });
    return standing?.revert;
  });
  return standing;
}

async function undoIn(repository: Repository, known: Made, context: StepContext): Promise<string> {
  const { git, folder } = repository;
  const commit: Commit = { id: known.revert, parent: known.parent };
  const name = short(known.revert);
  const { branch, commit: tip } = await headOf(repository);
  if (known.branch !== (branch ?? '')) {
    const [was, is] = [known.branch, branch].map((one) => one?.replace('refs/heads/', '') || 'no branch');
    throw new StepError(
      'EXPECTATION_FAILED',
      `The revert ${name} was put on ${was}, and ${is} is checked out by now.`,
      {
        hint: `Check ${was} out in ${folder}, or take the revert back by hand.`,
      },
    );
  }
  if (!(await stands(git, known, tip))) {
    await putBackInterrupted(repository, known);
    return `the revert ${name} is not in the history, nothing to undo`;
  }
  const back = await advance(repository, context, async (head) => {
    const taken = await trees.withoutCommit(git, commit, head.commit);
    return (await commitOf(repository, head, { taken, commit }))?.revert;
  });
  return back === undefined
    ? `the revert ${name} was taken back already`
    : `took the revert ${name} back by ${short(back)}`;
}

interface Making {
  taken: trees.TakenBack;
  commit: Commit;
  /** Of a deed, whose undo must know of it. */
  context?: StepContext;
}

/**
 * Writes the commit that takes another one back.
 *
 * @returns nothing where the tree is so already
 * @throws StepError EXPECTATION_FAILED that names the conflict
 */
async function commitOf(repository: Repository, head: Head, making: Making): Promise<Made | undefined> {
  const { git } = repository;
  const { taken, commit, context } = making;
  if ('conflicts' in taken) {
    const names = taken.conflicts;
    throw new StepError(
      'EXPECTATION_FAILED',
      `${short(commit.id)} conflicts with later changes of ${trees.named(names)}; nothing was changed.`,
      {
        hint: 'Take those back first, or revert by hand and commit; then retry.',
        facts: { conflicts: names.slice(0, 20) },
      },
    );
  }
  if (!taken.changes) return undefined;
  if (!repository.bare) {
    const paths = [...(await trees.changesBetween(git, head.commit, taken.tree)).keys()];
    await checkUnfiltered(git, paths, `take ${short(commit.id)} back`);
  }
  const revert = (await git.feed(await messageFor(git, commit), 'commit-tree', taken.tree, '-p', head.commit)).trim();
  const standing = { revert, parent: head.commit, branch: head.branch ?? '' };
  await context?.remember(standing);
  return standing;
}

/** As git words it: others look for its second line. */
async function messageFor(git: Git, { id, parent }: Commit): Promise<string> {
  const [subject = '', parents = ''] = (await git.text('show', '--no-patch', '--format=%s%n%P', id)).split('\n');
  const [, second] = parents.split(' ');
  const what = second === undefined ? `commit ${id}.` : `commit ${id}, reversing\nchanges made to ${parent}.`;
  return `Revert "${subject}"\n\nThis reverts ${what}\n`;
}

interface Found {
  file: string;
  commit: Commit;
  /** What was checked out before a revert. */
  tip: string;
  outputs: Outputs;
  after: trees.Entry;
  differs: boolean;
}

/** What became of the file, in words. */
async function foundOf(git: Git, { file, commit, tip, outputs, after, differs }: Found): Promise<string> {
  if (outputs.restored) return `${file} is ${after === '' ? 'gone again' : 'as it was before'}`;
  if (outputs.original === outputs.after && differs) {
    return `${file} is as it was before in the history, and NOT in the work tree, where somebody changed it`;
  }
  const renamed = after === '' ? await renamedTo(git, { file, from: commit.id, to: tip }) : undefined;
  return `${file} is NOT as it was before${renamed === undefined ? '' : `: it is called ${renamed} by now`}`;
}

async function renamedTo(git: Git, of: { file: string; from: string; to: string }): Promise<string | undefined> {
  const told = await git.text('diff-tree', '-r', '-z', '-M', '--name-status', '--diff-filter=R', of.from, of.to);
  const parts = told.split('\0');
  for (let at = 0; at + 2 < parts.length; at += 3) if (parts[at + 1] === of.file) return parts[at + 2];
  return undefined;
}
