import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { differing } from './advance.js';
import type { Repository } from './repository.js';
import { changesBetween, type Entry } from './trees.js';

/** A commit that was to be put on another one. */
export interface Move {
  revert: string;
  parent: string;
}

/**
 * Puts back the working files that git had written already when it was stopped while a commit was taken over: those that
 * are just as that commit has them. What somebody else wrote stays as it is, and then all does.
 */
export async function putBackInterrupted(repository: Repository, { revert, parent }: Move): Promise<void> {
  const { git, folder, bare } = repository;
  const head = await git.try('rev-parse', '--verify', '--quiet', 'HEAD^{commit}');
  if (bare || head.rawStdout.trim() !== parent) return;
  const changes = await changesBetween(git, parent, revert);
  const written = await differing(git, [...changes.keys()]);
  for (const path of written) if (!(await isAs(repository, path, changes.get(path)?.after))) return;
  const stood = written.filter((path) => changes.get(path)?.before !== '');
  if (stood.length > 0) await git.feed(`${stood.join('\0')}\0`, 'checkout-index', '--force', '-z', '--stdin');
  for (const path of written) if (!stood.includes(path)) await rm(join(folder, path));
}

/** Whether the working file is what stands in a tree; a link or a folder is taken for another's. */
async function isAs({ git, folder }: Repository, path: string, entry: Entry | undefined): Promise<boolean> {
  const info = await lstat(join(folder, path)).catch(() => undefined);
  if (entry === undefined || entry === '' || info === undefined) return entry === '' && info === undefined;
  if (!info.isFile()) return false;
  const id = await git.try('hash-object', `--path=${path}`, '--', join(folder, path));
  return entry.endsWith(` ${id.rawStdout.trim()}`);
}
