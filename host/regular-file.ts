import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Without waiting: a pipe that stands there would be waited for until somebody writes into it, and hold a thread. */
const READ_AT_ONCE = constants.O_RDONLY | constants.O_NONBLOCK;

/** The code of an error for what is there and is no regular file; it says what it is. */
export type NoFile = 'a folder' | 'no regular file';

/**
 * Opens a regular file to be read; a link is followed, a pipe or a device is not waited for.
 *
 * @throws Error with the system's code, or with `NoFile` as its code
 */
export async function openRegular(path: string): Promise<{ handle: FileHandle; stats: Stats }> {
  const handle = await open(path, READ_AT_ONCE);
  try {
    const stats = await handle.stat();
    refuseOthers(path, stats);
    return { handle, stats };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Reads a whole regular file. @throws as `openRegular` */
export async function readRegular(path: string): Promise<Buffer> {
  const { handle } = await openRegular(path);
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** The same at once, for small files. */
export function readRegularSync(path: string): Buffer {
  const file = openSync(path, READ_AT_ONCE);
  try {
    refuseOthers(path, fstatSync(file));
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/** Opens a regular file to be appended to; it is made where nothing stands. The caller closes it. */
export function openToAppendSync(path: string): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = constants;
  const file = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o666);
  try {
    refuseOthers(path, fstatSync(file));
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function refuseOthers(path: string, stats: Stats): void {
  if (stats.isFile()) return;
  const code: NoFile = stats.isDirectory() ? 'a folder' : 'no regular file';
  throw Object.assign(new Error(`${path} is ${code}`), { code });
}
