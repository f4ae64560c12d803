import { chmod, copyFile, mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { errnoOf } from '../../host/errno.js';
import { checkedOutElsewhere, checkUnfiltered, headOf } from './advance.js';
import type { Setting } from './git.js';
import { nameOf, type Ours } from './ours.js';
import type { Repository } from './repository.js';
import { pathInTree } from './trees.js';

/** What is to be proposed. */
export interface Proposal {
  base: string;
  branch: string;
  files: readonly { path: string; from: string }[];
  title: string;
  body: string;
  remote?: string | undefined;
}

const EXECUTABLE = '100755';
const FOLDER = '040000';
/** What stands in the way of a path, by its mode in the tree. */
const IN_THE_WAY: Readonly<Record<string, string>> = {
  '120000': 'is a link',
  '160000': 'is a submodule',
  [FOLDER]: 'is a folder',
};
/** The same content gives the same tree, whatever the repository's configuration is. */
const EXACT: readonly Setting[] = [
  ['core.autocrlf', 'false'],
  ['core.safecrlf', 'false'],
  ['core.fileMode', 'true'],
  ['core.ignoreCase', 'false'],
  ['core.sparseCheckout', 'false'],
];

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
  const base = await baseOf(repository, proposal);
  const tree = await treeWith(repository, base, proposal.files, context);
  if (tree === (await git.line('rev-parse', `${base}^{tree}`))) {
    throw new StepError(
      'EXPECTATION_FAILED',
      `The files are on ${proposal.base} already; there is nothing to propose.`,
    );
  }
  const name = `refs/heads/${branch}`;
  const found = await git.try('rev-parse', '--verify', '--quiet', `${name}^{commit}`);
  const old = found.exitCode === 0 ? found.rawStdout.trim() : undefined;
  const same = { tree, base, ours, branch };
  if (old !== undefined && (await holds(repository, { commit: old, ...same }))) return old;
  const there = old === undefined ? await fetchedTip(repository, proposal) : undefined;
  if (there !== undefined && (await holds(repository, { commit: there, ...same }))) {
    await git.text('update-ref', '-m', 'golive', name, there, '');
    return there;
  }
  if (old !== undefined) await checkMayMove(repository, { branch, old, ours, context });
  const message = body === '' ? `${title}\n` : `${title}\n\n${body}\n`;
  const commit = (await git.feed(message, 'commit-tree', tree, '-p', base)).trim();
  await ours.note(branch, commit, nameOf(context));
  // Where it is not as it was looked at, somebody else has just moved it.
  await git.text('update-ref', '-m', 'golive', name, commit, old ?? '');
  return commit;
}

/** The commit that a branch of this name stands at: the repository's own, or the remote's. */
async function baseOf({ git, folder }: Repository, { base, remote = 'origin' }: Proposal): Promise<string> {
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
}

/** Whether a commit proposes just these files: golive's own, or somebody's on the very same base. */
async function holds({ git }: Repository, { branch, commit, tree, base, ours }: Held): Promise<boolean> {
  const there = await git.try('rev-parse', '--verify', '--quiet', `${commit}^{tree}`);
  if (there.exitCode !== 0 || there.rawStdout.trim() !== tree) return false;
  if (ours.madeBy(branch, commit) !== undefined) return true;
  const parents = (await git.line('rev-list', '--parents', '--no-walk', commit)).split(' ').slice(1);
  return parents.length === 1 && parents[0] === base;
}

/** Refuses a branch that is not this step's to move. */
async function checkMayMove(
  repository: Repository,
  { branch, old, ours, context }: { branch: string; old: string; ours: Ours; context: StepContext },
): Promise<void> {
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
  const here = repository.bare ? undefined : (await headOf(repository)).branch;
  const ref = `refs/heads/${branch}`;
  const place = here === ref ? repository.folder : await checkedOutElsewhere(repository, ref);
  if (place === undefined) return;
  throw new StepError('EXPECTATION_FAILED', `The branch ${branch} is checked out in ${place}; it is left as it is.`, {
    hint: 'Its files there would not follow. Check something else out there, then retry.',
  });
}

/** The tree of the base with the files in it. */
async function treeWith(
  repository: Repository,
  base: string,
  files: Proposal['files'],
  context: StepContext,
): Promise<string> {
  const places = placesOf(files);
  const modes = await modesAt(repository, base, [...places.keys()]);
  const folder = join(repository.commonDir, 'golive.work');
  const index = join(repository.commonDir, 'golive.index');
  // Under the lock nobody else is here: what is there was left by an attempt that was killed.
  const clear = async (): Promise<void> => {
    for (const path of [folder, index, `${index}.lock`]) await rm(path, { recursive: true, force: true });
  };
  await clear();
  try {
    await mkdir(folder);
    for (const [path, from] of places) {
      await lay(context.path(from), join(folder, path), { from, executable: modes.get(path) === EXECUTABLE });
    }
    const env = { GIT_DIR: repository.gitDir, GIT_WORK_TREE: folder, GIT_INDEX_FILE: index };
    const git = repository.gitWith({ folder, env, settings: EXACT });
    await git.text('read-tree', base);
    await checkUnfiltered(git, [...places.keys()], 'propose the change');
    // Line ends are those that the attributes of the base ask for.
    await git.text('add', '--force', '--', ...places.keys());
    return await git.line('write-tree');
  } finally {
    await clear();
  }
}

/** Where each file comes from, by its path in the tree. @throws StepError BAD_INPUT */
function placesOf(files: Proposal['files']): Map<string, string> {
  const places = new Map<string, string>();
  for (const { path: given, from } of files) {
    const path = pathInTree(given);
    const shown = JSON.stringify(given);
    if (path.split('/').some((part) => /^\.git$/i.test(part)) || /\p{Cc}/u.test(path)) {
      throw new StepError('BAD_INPUT', `${shown} is no path of a file inside the repository.`);
    }
    const other = [...places.keys()].find((one) => isAbove(one, path) || isAbove(path, one));
    if (other !== undefined) {
      throw new StepError('BAD_INPUT', `${shown} and ${JSON.stringify(other)} cannot both be files.`);
    }
    places.set(path, from);
  }
  return places;
}

function isAbove(path: string, other: string): boolean {
  return path === other || other.startsWith(`${path}/`);
}

/** The modes of files that the tree has at some paths. @throws StepError BAD_INPUT where something else is in the way */
async function modesAt({ git }: Repository, base: string, paths: readonly string[]): Promise<Map<string, string>> {
  const above = paths.flatMap((path) => path.split('/').map((_, index, parts) => parts.slice(0, index).join('/')));
  const folders = new Set(above.filter(Boolean));
  const told = await git.text('ls-tree', '-t', '-z', '--full-tree', base, '--', ...folders, ...paths);
  const modes = new Map<string, string>();
  for (const line of told.split('\0').filter(Boolean)) {
    const [facts = '', path = ''] = line.split('\t');
    const mode = facts.split(' ')[0] ?? '';
    if (folders.has(path) ? mode !== FOLDER : IN_THE_WAY[mode] !== undefined) {
      throw new StepError(
        'BAD_INPUT',
        `${path} ${IN_THE_WAY[mode] ?? 'is a file'} in the repository; nothing was changed.`,
        {
          hint: 'Name the path that is meant, not one that leads there.',
        },
      );
    }
    modes.set(path, mode);
  }
  return modes;
}

/** Lays a file where git takes it from; one that either side may run stays one. */
async function lay(source: string, target: string, how: { from: string; executable: boolean }): Promise<void> {
  const info = await stat(source).catch((cause: unknown) => {
    const why = errnoOf(cause) ?? 'error';
    throw new StepError('NOT_FOUND', `${how.from} cannot be copied into the change (${why}).`, { cause });
  });
  if (!info.isFile()) throw new StepError('BAD_INPUT', `${how.from} is no file, so it is not copied into the change.`);
  await mkdir(dirname(target), { recursive: true });
  await copyFile(source, target);
  await chmod(target, how.executable || (info.mode & 0o100) !== 0 ? 0o755 : 0o644);
}
