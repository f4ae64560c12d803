import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { checkedOutElsewhere, headOf } from './advance.js';
import { type ChangeOfFiles, treeWith } from './change-tree.js';
import { nameOf, type Ours } from './ours.js';
import type { Repository } from './repository.js';

/** What is to be proposed. */
export interface Proposal extends ChangeOfFiles {
  base: string;
  branch: string;
  /** Branch that the commit stands on, where that is not the base. */
  on?: string | undefined;
  title: string;
  body: string;
  remote?: string | undefined;
}

/**
 * Makes the commit, on top of the base, and the branch that names it. Both are made of objects: nothing is checked out, and
 * no path of the repository is written through. The same files on the same base make no second commit.
 *
 * @returns the commit
 * @throws StepError EXPECTATION_FAILED when the branch is another's, or there is nothing to propose
 */
export async function makeBranch(
  repository: Repository,
  proposal: Proposal,
  ours: Ours,
  context: StepContext,
): Promise<string> {
  const { git } = repository;
  const { branch, title, body } = proposal;
  const { on = proposal.base } = proposal;
  const base = await baseOf(repository, { ...proposal, base: on });
  const tree = await treeWith(repository, base, proposal, context);
  if (tree === (await git.line('rev-parse', `${base}^{tree}`))) {
    throw new StepError('EXPECTATION_FAILED', `The files are on ${on} already; there is nothing to propose.`);
  }
  const name = `refs/heads/${branch}`;
  const found = await git.try('rev-parse', '--verify', '--quiet', `${name}^{commit}`);
  const old = found.exitCode === 0 ? found.rawStdout.trim() : undefined;
  const same = { tree, base, ours, branch, chained: proposal.on !== undefined };
  if (old !== undefined && (await holds(repository, { commit: old, ...same }))) return old;
  const there = old === undefined ? await fetchedTip(repository, proposal) : undefined;
  if (there !== undefined && (await holds(repository, { commit: there, ...same }))) {
    await git.text('update-ref', '-m', 'golive', name, there, '');
    return there;
  }
  // What is added to a branch loses nothing of it, whoever made what stands there.
  const added = proposal.on !== undefined && old !== undefined && (await standsOn(repository, base, old));
  if (old !== undefined && !added) checkOwn({ branch, old, ours, context });
  if (old !== undefined) await checkNotCheckedOut(repository, branch);
  const message = body === '' ? `${title}\n` : `${title}\n\n${body}\n`;
  const commit = (await git.feed(message, 'commit-tree', tree, '-p', base)).trim();
  await ours.note(branch, commit, nameOf(context));
  // Where it is not as it was looked at, somebody else has just moved it.
  await git.text('update-ref', '-m', 'golive', name, commit, old ?? '');
  return commit;
}

/** The commit that a branch of this name stands at: the repository's own, or the remote's. @throws StepError NOT_FOUND */
export async function baseOf(
  { git, folder }: Repository,
  { base, remote = 'origin' }: Pick<Proposal, 'base' | 'remote'>,
): Promise<string> {
  for (const ref of [`refs/heads/${base}`, `refs/remotes/${remote}/${base}`, `refs/remotes/${base}`]) {
    const found = await git.try('rev-parse', '--verify', '--quiet', `${ref}^{commit}`);
    if (found.exitCode === 0) return found.rawStdout.trim();
  }
  throw new StepError('NOT_FOUND', `There is no branch ${base} in ${folder}.`, {
    hint: `Fetch it, or name another one as base.`,
  });
}

/** What was fetched of the branch last: in a fresh clone, what another one pushed. */
async function fetchedTip({ git }: Repository, { branch, remote }: Proposal): Promise<string | undefined> {
  if (remote === undefined) return undefined;
  const ref = `refs/remotes/${remote}/${branch}^{commit}`;
  const found = await git.try('rev-parse', '--verify', '--quiet', ref);
  return found.exitCode === 0 ? found.rawStdout.trim() : undefined;
}

interface Held {
  branch: string;
  commit: string;
  tree: string;
  base: string;
  ours: Ours;
  /** It is one of a chain: the same files on another commit are another proposal. */
  chained: boolean;
}

/** Whether a commit is another, or stands on it. A commit that is not here stands under nothing. */
export async function standsOn({ git }: Repository, commit: string, other: string): Promise<boolean> {
  return (await git.try('merge-base', '--is-ancestor', other, commit)).exitCode === 0;
}

/** Whether a commit proposes just these files: golive's own, or somebody's on the very same base. */
async function holds({ git }: Repository, { branch, commit, tree, base, ours, chained }: Held): Promise<boolean> {
  const there = await git.try('rev-parse', '--verify', '--quiet', `${commit}^{tree}`);
  if (there.exitCode !== 0 || there.rawStdout.trim() !== tree) return false;
  if (!chained && ours.madeBy(branch, commit) !== undefined) return true;
  const parents = (await git.line('rev-list', '--parents', '--no-walk', commit)).split(' ').slice(1);
  return parents.length === 1 && parents[0] === base;
}

/** Refuses a branch that is not this step's to move. */
function checkOwn({
  branch,
  old,
  ours,
  context,
}: {
  branch: string;
  old: string;
  ours: Ours;
  context: StepContext;
}): void {
  const by = ours.madeBy(branch, old);
  if (by === undefined) {
    throw new StepError(
      'EXPECTATION_FAILED',
      `The branch ${branch} is there with commits of somebody else; it is left as it is.`,
      { hint: 'Choose another branch name.' },
    );
  }
  if (by !== nameOf(context)) {
    throw new StepError('EXPECTATION_FAILED', `The branch ${branch} is the proposal of ${by}; it is left as it is.`, {
      hint: 'Two steps do not share a branch: choose another name.',
    });
  }
}

async function checkNotCheckedOut(repository: Repository, branch: string): Promise<void> {
  const here = repository.bare ? undefined : (await headOf(repository)).branch;
  const ref = `refs/heads/${branch}`;
  const place = here === ref ? repository.folder : await checkedOutElsewhere(repository, ref);
  if (place === undefined) return;
  throw new StepError('EXPECTATION_FAILED', `The branch ${branch} is checked out in ${place}; it is left as it is.`, {
    hint: 'Its files there would not follow. Check something else out there, then retry.',
  });
}
