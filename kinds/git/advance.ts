import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { lastWords } from '../../activities/step/last-words.js';
import type { Git } from './git.js';
import type { Repository } from './repository.js';
import { changesBetween, named, short } from './trees.js';

/** Whoever works in the same repository may hold its lock, be between a write and its commit, or have just committed. */
const BUSY = /index\.lock|unable to lock|cannot lock ref|would be overwritten/i;
/** A file comes where a folder is, with files in it that git does not know. */
const LOSES = /would lose untracked files/i;
const MOVED = /not possible to fast-forward/i;
/** How long it is waited for whoever holds a lock or has not committed yet, and how often for a branch that goes on. */
const WAIT_MS = 5000;
const TRIES = 30;
const PAUSE_MS = 250;
/** What git leaves in its folder while it is in the middle of something, and what that is. */
const UNDER_WAY = [
  ['rebase-merge', 'A rebase'],
  ['rebase-apply', 'A rebase'],
  ['MERGE_HEAD', 'A merge'],
  ['CHERRY_PICK_HEAD', 'A cherry-pick'],
  ['REVERT_HEAD', 'A revert'],
] as const;

/** What is checked out: a commit, and the branch that names it unless HEAD is detached. */
export interface Head {
  commit: string;
  branch: string | undefined;
}

/** @throws StepError NOT_FOUND where nothing was ever committed */
export async function headOf({ git, folder }: Repository): Promise<Head> {
  const { exitCode, rawStdout } = await git.try('rev-parse', 'HEAD^{commit}', '--symbolic-full-name', 'HEAD');
  if (exitCode !== 0) throw new StepError('NOT_FOUND', `Nothing is committed in ${folder}.`);
  const [commit = '', branch] = rawStdout.split('\n');
  return { commit, branch: branch === 'HEAD' ? undefined : branch };
}

/** Where work trees have a branch checked out, but for the one that is asked in. */
export async function checkedOutElsewhere({ git, folder }: Repository, branch: string): Promise<string | undefined> {
  const here = await realpath(folder).catch(() => folder);
  const listed = (await git.text('worktree', 'list', '--porcelain', '-z')).split('\0\0');
  for (const one of listed) {
    const lines = one.split('\0');
    const place = lines.find((line) => line.startsWith('worktree '))?.slice('worktree '.length) ?? '';
    const gone = lines.some((line) => line.startsWith('prunable'));
    if (lines.includes(`branch ${branch}`) && !gone && (await realpath(place).catch(() => place)) !== here)
      return place;
  }
  return undefined;
}

/** Refuses a repository in which a commit cannot be put on what is checked out. */
export async function checkCanAdvance(repository: Repository, { branch }: Head): Promise<void> {
  const { folder, gitDir } = repository;
  const [, what] = UNDER_WAY.find(([name]) => existsSync(join(gitDir, name))) ?? [];
  if (what !== undefined) {
    throw new StepError('CHECK_FAILED', `${what} is under way in ${folder}; nothing was changed.`, {
      hint: 'End it, or give it up, then retry.',
    });
  }
  const elsewhere = branch === undefined ? undefined : await checkedOutElsewhere(repository, branch);
  if (branch === undefined || elsewhere === undefined) return;
  const name = branch.replace('refs/heads/', '');
  throw new StepError('EXPECTATION_FAILED', `${name} is checked out in ${elsewhere}, too; nothing was changed.`, {
    hint: 'Its files there would not follow. Name that folder as the repository, or check something else out there.',
  });
}

/**
 * Refuses paths that a filter changes between work tree and history (git-lfs, git-crypt): golive runs none, so what it
 * writes would be another thing than everybody else writes.
 *
 * @param what it cannot be done to them
 */
export async function checkUnfiltered(git: Git, paths: readonly string[], what: string): Promise<void> {
  const asked = paths.map((path) => `${path}\0`).join('');
  const told = asked === '' ? [] : (await git.feed(asked, 'check-attr', '--stdin', '-z', 'filter')).split('\0');
  for (let at = 0; at + 2 < told.length; at += 3) {
    const [path = '', , filter = ''] = told.slice(at, at + 3);
    if (filter === 'unspecified' || filter === 'unset' || filter === '') continue;
    throw new StepError(
      'EXPECTATION_FAILED',
      `${path} goes through the filter ${filter} of git; nothing was changed.`,
      {
        hint: `golive runs no filters: ${what} by hand.`,
      },
    );
  }
}

/**
 * Puts a commit on what is checked out, with the files of the work tree, as it stands on what was checked out then. It is
 * waited for others for some seconds.
 *
 * @param next makes the commit anew on what is checked out by now; nothing when there is nothing to put there
 * @returns the commit
 * @throws StepError CHECK_FAILED, EXPECTATION_FAILED; nothing was changed then
 */
export async function advance(
  repository: Repository,
  context: StepContext,
  next: (head: Head) => Promise<string | undefined>,
): Promise<string | undefined> {
  const until = performance.now() + WAIT_MS;
  for (let tries = 1; ; tries += 1) {
    const head = await headOf(repository);
    const commit = await next(head);
    if (commit === undefined) return undefined;
    await checkCanAdvance(repository, head);
    const said = await moveTo(repository, head, commit);
    if (said === undefined) return commit;
    const mayPass = MOVED.test(said) ? tries < TRIES : BUSY.test(said) && performance.now() < until;
    if (!mayPass) throw await notMoved(repository, head, commit, said);
    // Where only the branch has gone on, the next try is the better the sooner it comes.
    if (!MOVED.test(said)) await context.sleep(PAUSE_MS);
  }
}

/** @returns what git said when it did not come about */
async function moveTo({ git, bare }: Repository, head: Head, commit: string): Promise<string | undefined> {
  const moved = bare
    ? await git.try('update-ref', '-m', 'golive', head.branch ?? 'HEAD', commit, head.commit)
    : // Files, index and branch follow at once, or none does where somebody else's changes stand in the way.
      await git.try('merge', '--ff-only', '--quiet', '--no-stat', '--no-autostash', commit);
  if (moved.exitCode === 0) return undefined;
  // A bare branch that has gone on.
  return bare && /but expected/.test(moved.stderr) ? 'not possible to fast-forward' : moved.stderr || moved.stdout;
}

async function notMoved(
  { git, folder, gitDir }: Repository,
  head: Head,
  commit: string,
  said: string,
): Promise<StepError> {
  const options = { said: lastWords(said).said };
  if (/index\.lock/i.test(said)) {
    return new StepError('CHECK_FAILED', `Somebody holds ${join(gitDir, 'index.lock')}; nothing was changed.`, {
      ...options,
      hint: 'Where no git runs any more, it was left by one that was killed: take it away, then retry.',
    });
  }
  const stands = /would be overwritten/i.test(said);
  // Git names what it was told not to look at, too.
  const told = said.split('\n').flatMap((line) => /^\t(.+)$/.exec(line)?.[1] ?? []);
  const looked = stands ? await differing(git, [...(await changesBetween(git, head.commit, commit)).keys()]) : [];
  const names = looked.length > 0 || !stands ? looked : told;
  if (names.length > 0) {
    return new StepError(
      'EXPECTATION_FAILED',
      `${named(names)} in ${folder} was changed and not committed; nothing was changed.`,
      { ...options, hint: 'Commit or put away what stands there, then retry.' },
    );
  }
  const folders = LOSES.test(said) ? told : [];
  if (folders.length > 0) {
    const lost = await differing(git, folders);
    return new StepError(
      'EXPECTATION_FAILED',
      `${named(lost.length > 0 ? lost : folders)} in ${folder} is of nobody's commit, and would be lost; nothing was changed.`,
      { ...options, hint: 'Commit it or put it elsewhere, then retry.' },
    );
  }
  const last = lastWords(said);
  return new StepError(
    'COMMAND_FAILED',
    `${short(commit)} could not be put on ${folder}, and nothing was changed${last.clause}`,
    {
      said: last.said,
    },
  );
}

/** Paths of one call: of some thousand long ones the system would start no program. */
const AT_ONCE = 500;

/** Those of some paths whose working file is not what is committed, as git compares it: by what a commit would hold. */
export async function differing(git: Git, paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (let at = 0; at < paths.length; at += AT_ONCE) {
    const told = await git.text(...STATUS, '--', ...paths.slice(at, at + AT_ONCE));
    for (const line of told.split('\0').filter(Boolean)) found.push(line.slice(3));
  }
  return found;
}

const STATUS = [
  'status',
  '--porcelain',
  '-z',
  '--no-renames',
  '--untracked-files=all',
  '--ignored=matching',
  '--ignore-submodules=all',
];
