import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { evidenceError } from './error.js';

/** Names of files that are still being written; a crash may leave one, and no bundle counts it. */
const TEMPORARY = /^\.tmp-[0-9a-f-]{36}-/;

/** Whether a file name is that of an unfinished write. */
export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

/** Makes the directory entries of a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes a whole file so that after a crash either the old or the new content stands there, never a part:
 * temporary file beside it, fsync, rename, fsync of the folder. Missing folders are made.
 *
 * @param mode permissions of the file, less the process's mask
 * @throws EvidenceError naming the path and the system's errno
 */
export async function writeDurably(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.tmp-${randomUUID()}-${basename(path)}`);
  try {
    await mkdir(folder, { recursive: true });
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw evidenceError('write', path, error);
  }
}

/** SHA-256 of bytes or UTF-8 text, as 64 lower-case hex digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
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
    for await (const piece of createReadStream(path)) {
      const chunk = piece as Buffer;
      hash.update(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    throw evidenceError('read', path, error);
  }
  return { sha256: hash.digest('hex'), bytes };
}
