import { join } from 'node:path';
import { StepError } from '../../activities/step/step-error.js';
import { lastWords } from '../../activities/step/last-words.js';
import { exists } from '../shared/tree.js';
import type { Git } from './git.js';

/** Opens the repository of a submodule. */
type Open = (path: string) => Promise<Git | undefined>;

/** What a folder of a repository stands at. */
export interface CodeState {
  repository: boolean;
  /** Whole hash; `none` without a commit. */
  commit: string;
  branch: string;
  clean: boolean;
  /** Files that differ from the commit or that it does not know. */
  changed: number;
}

/** @param open the repository of a submodule, by its folder */
export async function stateOf(place: string, git: Git, open: Open): Promise<CodeState> {
  const head = await git.try('rev-parse', '--verify', '--quiet', 'HEAD');
  const branch = await git.try('symbolic-ref', '--short', '--quiet', 'HEAD');
  const { known, changed } = await differences(place, git, open);
  return {
    repository: true,
    commit: head.exitCode === 0 ? head.rawStdout.trim() : 'none',
    branch: branch.exitCode === 0 ? branch.rawStdout.trim() : 'detached',
    // Of a folder that the commit knows nothing of, such as an ignored one, it says nothing.
    clean: changed === 0 && known > 0 && head.exitCode === 0,
    changed,
  };
}

/** How many files the commit knows below a folder, and how many differ from it or are not known to it. */
async function differences(place: string, git: Git, open: Open): Promise<{ known: number; changed: number }> {
  const listed = async (...args: string[]): Promise<string[]> => {
    const { exitCode, rawStdout, stderr, truncated } = await git.try(...args);
    if (exitCode === 0 && !truncated) return rawStdout.split('\0').filter((entry) => entry !== '');
    const { clause, said } = lastWords(stderr);
    const why = truncated ? ': it says more than can be read' : `: code ${exitCode ?? 'none'}${clause}`;
    throw new StepError('EXPECTATION_FAILED', `git does not tell the state of ${place}${why || '.'}`, { said });
  };
  // A submodule is looked into by itself: here its own settings could leave out what differs, and run programs.
  const status = await listed('status', '--porcelain=v1', '-z', '-uno', '--ignore-submodules=dirty', '--', '.');
  // A rename has its old name behind it, without a state of its own.
  let changed = status.filter((entry) => /^[ MADRCUT]{2} /.test(entry)).length;
  // Rules that are not in the repository, such as .git/info/exclude, hide nothing.
  changed += (await listed('ls-files', '--others', '--exclude-per-directory=.gitignore', '-z', '--', '.')).length;
  const files = await listed('ls-files', '--stage', '-v', '-z', '--', '.');
  for (const file of files) {
    const [, tag = '', mode, path = ''] = /^(\S) (\d+) [^\t]*\t([\s\S]*)$/.exec(file) ?? [];
    // Git was told to believe that they are as they were.
    if (tag === 'S' || tag !== tag.toUpperCase()) changed += 1;
    if (mode === SUBMODULE) changed += await inSubmodule(join(place, path), open);
  }
  return { known: files.length, changed };
}

const SUBMODULE = '160000';

/** A submodule that is not there is one difference: its code was not looked at. */
async function inSubmodule(place: string, open: Open): Promise<number> {
  const git = (await exists(join(place, '.git'))) ? await open(place) : undefined;
  return git === undefined ? 1 : (await differences(place, git, open)).changed;
}
