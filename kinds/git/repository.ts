import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CheckContext, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { lastWords } from '../../activities/step/last-words.js';
import { whileLocked } from '../shared/locked.js';
import { type Git, gitIn, type Setting } from './git.js';
import { programsOff } from './programs.js';

const TRUST_MS = 10_000;

/** A repository that is one, whole, and within the folders of the plan. */
export interface Repository {
  git: Git;
  /** The same with another environment, in another folder. */
  gitWith(ways: { folder: string; env: Record<string, string>; settings: readonly Setting[] }): Git;
  /** The top of its work tree; of a bare one, the repository itself. */
  folder: string;
  /** What all its work trees share: objects, branches, locks. */
  commonDir: string;
  /** What this work tree has of its own: HEAD, its index. */
  gitDir: string;
  bare: boolean;
}

type Ways = Pick<CheckContext, 'run' | 'path'>;

/**
 * Opens the repository of a folder. A folder within a repository is none: what was meant is not guessed.
 *
 * @param folder absolute, as `context.path` gave it
 * @param whole its whole history is needed
 * @throws StepError NOT_FOUND, EXPECTATION_FAILED; BAD_INPUT when its git folder lies outside of the folders of the plan
 */
export async function openRepository(folder: string, context: Ways, whole: boolean): Promise<Repository> {
  const env = { GIT_CEILING_DIRECTORIES: dirname(await realpath(folder).catch(() => folder)) };
  const asked = ['--is-bare-repository', '--is-inside-work-tree', '--is-shallow-repository'];
  const ask = (git: Git) =>
    git.try('rev-parse', ...asked, '--path-format=absolute', '--git-common-dir', '--absolute-git-dir');
  let settings: Setting[] = [];
  let answer = await ask(gitIn(folder, context, { env }));
  if (answer.exitCode !== 0 && /dubious ownership/.test(answer.stderr)) {
    settings = await trusted(folder, context);
    answer = await ask(gitIn(folder, context, { env, settings }));
  }
  if (answer.exitCode !== 0) throw notOpened(folder, answer.stderr);
  const [bare, inside, shallow, commonDir = '', gitDir = ''] = answer.rawStdout.split('\n');
  if (bare !== 'true' && inside !== 'true') throw notOpened(folder, 'not a git repository');
  if (whole && shallow === 'true') {
    throw new StepError('NOT_FOUND', `The repository ${folder} is shallow: what a commit changed may not be in it.`, {
      hint: 'Fetch its whole history: git fetch --unshallow.',
    });
  }
  // A `.git` that is a file or a link may lead anywhere.
  context.path(commonDir);
  context.path(gitDir);
  for (const off of await programsOff(gitIn(folder, context, { env, settings }))) settings.push(off);
  const gitWith: Repository['gitWith'] = (ways) =>
    gitIn(ways.folder, context, { env: { ...env, ...ways.env }, settings: [...settings, ...ways.settings] });
  const git = gitIn(folder, context, { env, settings });
  return { git, gitWith, folder, commonDir, gitDir, bare: bare === 'true' };
}

/**
 * Git in the repository that a folder belongs to, wherever in it; undefined where it belongs to none, or has no work tree.
 * Its git folder may lie anywhere: it is only read.
 *
 * @param folder absolute, as `context.path` gave it
 * @throws StepError EXPECTATION_FAILED
 */
export async function gitAround(folder: string, context: Pick<CheckContext, 'run'>): Promise<Git | undefined> {
  let settings: Setting[] = [];
  const ask = () => gitIn(folder, context, { settings }).try('rev-parse', '--is-inside-work-tree');
  let answer = await ask();
  if (answer.exitCode !== 0 && /dubious ownership/.test(answer.stderr)) {
    settings = await trusted(folder, context);
    answer = await ask();
  }
  if (answer.exitCode !== 0 && !/not a git repository/.test(answer.stderr)) throw notOpened(folder, answer.stderr);
  if (answer.rawStdout.trim() !== 'true') return undefined;
  for (const off of await programsOff(gitIn(folder, context, { settings }))) settings.push(off);
  return gitIn(folder, context, { settings });
}

function notOpened(folder: string, said: string): StepError {
  if (/not a git repository/.test(said)) {
    return new StepError('NOT_FOUND', `${folder} is no git repository.`, {
      hint: 'Clone it there, or name the folder that holds .git: a folder within a repository is none.',
    });
  }
  if (/dubious ownership/.test(said)) {
    return new StepError('EXPECTATION_FAILED', `${folder} belongs to another user, so git does not work in it.`, {
      hint: 'Run the worker as its owner, or list the folder as safe.directory in the configuration of its user.',
    });
  }
  const last = lastWords(said);
  return new StepError('EXPECTATION_FAILED', `git cannot open the repository ${folder}${last.clause}`, {
    said: last.said,
  });
}

/** The folders that the user of the worker trusts although they are another's: that is his word, and no habit. */
async function trusted(folder: string, context: Pick<CheckContext, 'run'>): Promise<Setting[]> {
  const { rawStdout } = await context.run({
    argv: ['git', 'config', '-z', '--get-all', 'safe.directory'],
    cwd: dirname(folder),
    timeoutMs: TRUST_MS,
    pin: false,
  });
  const listed = rawStdout.split('\0').filter(Boolean);
  return listed.map((one): Setting => ['safe.directory', one]);
}

/** Whether a repository is there, for the check of a kind. */
export async function checkRepository(folder: string, context: Ways, whole: boolean): Promise<string> {
  await openRepository(folder, context, whole);
  return `${folder} is a git repository.`;
}

/**
 * Runs something while no other step, of whatever go-live, works in the same repository, by whichever of its work trees.
 *
 * @throws StepError as `whileLocked`
 */
export function aloneIn<T>({ commonDir }: Repository, context: StepContext, work: () => Promise<T>): Promise<T> {
  return whileLocked(join(commonDir, 'golive.lock'), commonDir, context, work);
}
