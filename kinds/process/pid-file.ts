import { errnoOf } from '../../host/errno.js';
import { openRegular } from '../../host/regular-file.js';
import { type RunningProcess, processOf } from './running.js';

/** Whom a pid file names, or why it is not believed, as a clause that begins with its name. */
export type PidFileReading = { process: RunningProcess } | { refused: string };

const READ_BYTES = 4096;
/** Coarse times of files (FAT has 2 s) are not taken for older than what they name. */
const COARSE_MS = 2000;

/**
 * Reads a pid file: its first line is the id, whatever follows (Postgres writes seven lines more). It is written when its
 * process has begun, so that one which is older than the process with that id tells of an earlier one.
 *
 * @param path absolute
 */
export async function readPidFile(path: string): Promise<PidFileReading> {
  const read = await firstLine(path);
  if ('refused' in read) return read;
  const { line, mtimeMs } = read;
  const pid = /^\d{1,10}$/.test(line) ? Number(line) : 0;
  if (pid < 2) return { refused: `${path} does not begin with the id of a process` };
  if (pid === process.pid) return { refused: `${path} names this worker itself` };
  const found = processOf(pid);
  if (!found) return { refused: `${path} names the process ${pid}, which does not run` };
  if (Date.parse(found.startedAt) > mtimeMs + COARSE_MS) {
    return {
      refused: `${path} is older than the process ${pid} that it names, which began at ${found.startedAt}: another one`,
    };
  }
  return { process: found };
}

async function firstLine(path: string): Promise<{ line: string; mtimeMs: number } | { refused: string }> {
  try {
    const { handle, stats } = await openRegular(path);
    try {
      const { mtimeMs } = stats;
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(READ_BYTES), 0, READ_BYTES, 0);
      return { line: buffer.toString('latin1', 0, bytesRead).split(/\r?\n/)[0]?.trim() ?? '', mtimeMs };
    } finally {
      await handle.close();
    }
  } catch (error) {
    const errno = errnoOf(error) ?? 'error';
    return { refused: errno === 'ENOENT' ? `${path} is not there` : `${path} cannot be read (${errno})` };
  }
}
