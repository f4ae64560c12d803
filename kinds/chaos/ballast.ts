import { randomFillSync } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rm, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from '../../host/errno.js';
import type { HeldFault } from './held-fault.js';
import type { OrderOf } from './order.js';

const PIECE = 4 * 1024 * 1024;
/** So much is written between two syncs, and two looks at what is free. */
const SYNC_EVERY = 64 * 1024 * 1024;
const BLOCK = 512;

/** What an unprivileged process may still write where a folder lies, in bytes. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Whether a file of that name is there. */
export async function ballastThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return false;
      throw error;
    },
  );
}

/** A file that takes up space. What is in it does not compress. */
export function ballast({ path, bytes, leaves }: OrderOf<'disk'>): HeldFault {
  const spare = async (): Promise<void> => {
    const free = await freeBytes(dirname(path));
    if (free < leaves) throw new Error(`${free} bytes are free on the disk, and ${leaves} must stay so`);
  };
  return {
    inject: async (signal) => {
      const piece = randomFillSync(Buffer.alloc(PIECE));
      const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
      const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
      try {
        for (let written = 0; written < bytes; ) {
          signal.throwIfAborted();
          const length = Math.min(PIECE, bytes - written);
          written += (await file.write(piece, 0, length)).bytesWritten;
          if (Math.floor(written / SYNC_EVERY) === Math.floor((written - length) / SYNC_EVERY)) continue;
          await file.datasync();
          await spare();
        }
        await file.sync();
        const { size, blocks } = await file.stat();
        await spare();
        if (size < bytes || blocks * BLOCK < bytes) {
          throw new Error(`${path} takes ${blocks * BLOCK} bytes of the disk, and not ${bytes}`);
        }
        return { path, size, onDisk: blocks * BLOCK, free: await freeBytes(dirname(path)) };
      } finally {
        await file.close();
      }
    },
    problem: async () => {
      if (!(await ballastThere(path))) return `${path} was taken away by somebody else`;
      return spare().then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
    },
    lift: async () => {
      await rm(path, { force: true });
      return { free: await freeBytes(dirname(path)) };
    },
  };
}
