import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { die, failsAt } from '../host/failpoint.js';
import { errnoOf } from '../host/errno.js';
import { openRegular } from '../host/regular-file.js';
import { evidenceError } from './error.js';

export { sha256 } from './hash.js';

const TEMPORARY = /^\.golive-[0-9a-f-]{36}-(?<of>.+)\.tmp$/s;

/**
 * A path beside a file, for its content until that is whole. No two calls give the same, so that an attempt that was
 * given up and its successor never write into each other's. A crash may leave one: no bundle counts it, and watchers of
 * folders pass over names that begin with a dot.
 */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.golive-${randomUUID()}-${basename(path)}.tmp`);
}

/** Whether a file name is that of an unfinished write. */
export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

/** Removes what attempts that were killed left of one file, where that may be removed; the file itself is not touched. */
export async function removeUnfinished(path: string): Promise<void> {
  const names = await readdir(dirname(path)).catch(() => []);
  for (const name of names)
    if (TEMPORARY.exec(name)?.groups?.of === basename(path))
      await rm(join(dirname(path), name), { recursive: true, force: true }).catch(() => undefined);
}

/** Makes the content of a file, or the directory entries of a folder, durable. */
export async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the directory entries of a folder durable. */
export const syncFolder = (folder: string): Promise<void> => sync(folder);

/**
 * Writes a whole file so that after a crash either the old or the new content stands there, never a part:
 * temporary file beside it, fsync, rename, fsync of the folder. Missing folders are made.
 *
 * @param mode permissions that the file has from its first byte on; without it 644, less the process's mask
 * @throws EvidenceError naming the path and the system's errno
 */
export async function writeDurably(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await moveDurable(await writeDraft(path, content, mode), path);
  } catch (error) {
    throw evidenceError('write', path, error);
  }
}

/**
 * Writes a content beside a path, durably, to be moved into its place.
 *
 * @param mode permissions that it has from its first byte on; without it 644, less the process's mask
 * @param owner user and group that it is given, before it holds anything
 * @returns the draft's path
 * @throws the system's error; the draft is gone then
 */
export async function writeDraft(
  path: string,
  content: string | Uint8Array,
  mode?: number,
  owner?: { uid: number; gid: number },
): Promise<string> {
  const draft = temporaryBeside(path);
  return orGone(draft, async () => {
    const handle = await open(draft, 'wx', owner ? 0o600 : (mode ?? 0o644));
    try {
      // Made no wider than it ends, widened before it holds anything: nobody else ever reads it.
      const made = owner && (await handle.stat());
      if (owner && (made?.uid !== owner.uid || made.gid !== owner.gid)) await handle.chown(owner.uid, owner.gid);
      if (mode !== undefined) await handle.chmod(mode);
      if (failsAt('mid-write')) {
        await handle.writeFile(content.slice(0, Math.ceil(content.length / 2)));
        die();
      }
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return draft;
  });
}

/**
 * Puts a whole temporary file into its place, durably.
 *
 * @throws the system's error; the temporary file is gone then, too
 */
export async function moveIntoPlace(temporary: string, path: string): Promise<void> {
  await orGone(temporary, () => sync(temporary));
  await moveDurable(temporary, path);
}

/** The same with a file that is durable already, as `writeDraft` leaves it. */
const moveDurable = (temporary: string, path: string): Promise<void> =>
  orGone(temporary, async () => {
    await rename(temporary, path);
    await syncFolder(dirname(path));
  });

/** Does something with a temporary file, which is gone when that fails. */
async function orGone<T>(temporary: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/**
 * Puts a whole temporary file into its place, durably, where nothing stands: never over what somebody else was faster with.
 *
 * @returns whether it came there; the temporary file is gone in any case
 * @throws the system's error
 */
export async function linkIntoPlace(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(dirname(path));
  return true;
}

/**
 * Hash and length of a file, read in pieces.
 *
 * @throws EvidenceError when it cannot be read
 */
export async function sha256File(path: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const { handle } = await openRegular(path);
    const pieces: AsyncIterable<Buffer> = handle.createReadStream();
    for await (const chunk of pieces) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    throw evidenceError('read', path, error);
  }
  return { sha256: hash.digest('hex'), bytes };
}
