import { createHash } from 'node:crypto';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { sha256File } from '../../evidence/durable.js';
import { StepError } from '../../activities/step/step-error.js';
import { errnoOf } from '../../host/errno.js';
import { within } from '../../host/within.js';

/** One regular file of a tree; `path` is relative, with `/`. */
export interface TreeFile {
  path: string;
  sha256: string;
  bytes: number;
}

/** Most files that one snapshot takes; more is a mistake in the path. */
const MOST_FILES = 100_000;

/**
 * Every regular file below a folder (or the file itself, with path ''), sorted, with its hash.
 *
 * @throws StepError BAD_INPUT for links and other special files: what they point at could change unseen
 */
export async function treeOf(root: string): Promise<TreeFile[]> {
  const files: TreeFile[] = [];
  const visit = async (path: string): Promise<void> => {
    const stat = await lstat(path);
    if (stat.isDirectory()) {
      for (const name of (await readdir(path)).toSorted()) await visit(join(path, name));
      return;
    }
    if (!stat.isFile())
      throw new StepError('BAD_INPUT', `${path} is no regular file or folder; links are not followed.`);
    if (files.length >= MOST_FILES) throw new StepError('BAD_INPUT', `${root} holds more than ${MOST_FILES} files.`);
    files.push({ path: relative(root, path).split('\\').join('/'), ...(await sha256File(path)) });
  };
  await visit(root);
  return files;
}

/**
 * Refuses two places of which one lies in the other, or that are one: a copy would be made into itself, and what is put
 * there would take away what it is made of.
 *
 * @param said both as the runbook calls them, for the error
 * @throws StepError BAD_INPUT
 */
export async function checkApart(one: string, other: string, said: readonly [string, string]): Promise<void> {
  const [a, b] = await Promise.all([realPlace(one), realPlace(other)]);
  const how = a === b ? 'are one place' : within(b, a) || within(a, b) ? 'lie one in the other' : undefined;
  if (how === undefined) return;
  throw new StepError('BAD_INPUT', `${said[0]} and ${said[1]} ${how}; nothing was changed.`, {
    hint: 'Name a place outside of it.',
  });
}

/** The manifest as `sha256sum -c` reads it, and its own SHA-256. */
export function manifestOf(files: readonly TreeFile[]): { text: string; digest: string } {
  const text = files.map(({ path, sha256 }) => `${sha256}  ${path || '.'}\n`).join('');
  return { text, digest: createHash('sha256').update(text).digest('hex') };
}

/** One digest for a file (its own SHA-256) or for a folder (that of its manifest). */
export function contentOf(files: readonly TreeFile[]): string {
  const [first] = files;
  return first?.path === '' ? first.sha256 : manifestOf(files).digest;
}

/** The permission bits of what stands at a path. */
export async function bitsOf(path: string): Promise<number> {
  return (await lstat(path)).mode & 0o777;
}

/** Whether something stands at a path. */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** A path with the links of its folders resolved: they may lead elsewhere by the time of the undo. */
export async function realPlace(path: string): Promise<string> {
  const folder = dirname(path);
  if (folder === path) return path;
  const real = await realpath(folder).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return realPlace(folder);
    throw error;
  });
  return join(real, basename(path));
}
