import { lstat, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../../host/errno.js';
import { realPlace } from '../shared/tree.js';
import { differing } from './advance.js';
import type { Repository } from './repository.js';
import type { Entry } from './trees.js';

const LINK = '120000';
const FILES = ['100644', '100755'];

/**
 * Whether the working file is just what stands in a tree. It is read itself: what git holds of it may be told not to look
 * (`--skip-worktree`, `--assume-unchanged`), or looks at size and time alone.
 *
 * @param entry of the tree that is checked out
 */
export async function workingFileIs(repository: Repository, path: string, entry: Entry): Promise<boolean> {
  const { git, folder } = repository;
  const [mode = '', id = ''] = entry.split(' ');
  const file = join(folder, path);
  const info = await lstat(file).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  });
  // A folder of that name is none of git's files.
  if (entry === '') return info === undefined || info.isDirectory();
  const known = FILES.includes(mode) || mode === LINK;
  if (!known || (await isFiltered(repository, path))) return (await differing(git, [path])).length === 0;
  // A folder of its path that is a link leads to another file.
  if (info === undefined || (await realPlace(file)) !== join(await realpath(folder), path)) return false;
  if (mode === LINK && info.isSymbolicLink()) {
    const target = await readlink(file, 'buffer');
    return (await git.feed(target.toString('utf8'), 'hash-object', '--no-filters', '--stdin')).trim() === id;
  }
  // Where links are not made, a file holds where one leads.
  if (!info.isFile() || (mode === LINK && (await isSet(repository, 'core.symlinks')))) return false;
  if (mode !== LINK && (await isSet(repository, 'core.fileMode')) && isExecutable(info.mode) !== (mode === '100755'))
    return false;
  for (const how of ['--no-filters', `--path=${path}`]) {
    const told = await git.try('hash-object', how, '--', file);
    if (told.exitCode === 0 && told.rawStdout.trim() === id) return true;
  }
  return false;
}

const isExecutable = (mode: number): boolean => (mode & 0o100) !== 0;

/** A filter of git-lfs or git-crypt changes it on its way, and golive runs none. */
async function isFiltered({ git }: Repository, path: string): Promise<boolean> {
  const told = (await git.feed(`${path}\0`, 'check-attr', '--stdin', '-z', 'filter')).split('\0');
  return !['unspecified', 'unset', '', undefined].includes(told[2]);
}

/** Both settings are on unless the repository says otherwise. */
async function isSet({ git }: Repository, name: string): Promise<boolean> {
  return (await git.try('config', '--type=bool', name)).rawStdout.trim() !== 'false';
}
