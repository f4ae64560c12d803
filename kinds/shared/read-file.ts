import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { StepError } from '../../activities/step/step-error.js';
import { errnoOf } from '../../host/errno.js';
import { openRegular } from '../../host/regular-file.js';
import type { LineReader, LinesAccount } from './lines.js';
import { asStep } from './as-step.js';

/** Most of a file that is read as one piece, in bytes: an auditor reads no larger raw record either. */
export const LARGEST_WHOLE = 256 * 1024 * 1024;
const PIECE_BYTES = 64 * 1024;

/** A file that is open to be read, and what it was then. */
export interface OpenFile {
  handle: FileHandle;
  stats: Stats;
}

/**
 * Opens a regular file; a link is followed, a pipe or a device is not waited for.
 *
 * @param what how the file is told in an error: `The log file`
 * @throws StepError NOT_FOUND when it is not there or may not be read, BAD_INPUT for what is no file
 */
export async function openNeeded(path: string, what: string): Promise<OpenFile> {
  try {
    return await openRegular(path);
  } catch (cause) {
    throw notRead(path, what, cause);
  }
}

/** The error for a file that cannot be read. @param what how it is told: `The log file` */
export function notRead(path: string, what: string, cause: unknown): StepError {
  const why = errnoOf(cause) ?? 'error';
  if (why.includes(' ')) return new StepError('BAD_INPUT', `${what} is ${why}: ${path}.`);
  return new StepError('NOT_FOUND', `${what} cannot be read: ${path} (${why}).`, { cause });
}

/**
 * Reads a file as one piece.
 *
 * @throws StepError as `openNeeded`, and CHECK_FAILED for one that is larger than `LARGEST_WHOLE`
 */
export async function readWhole(path: string, what: string, most = LARGEST_WHOLE): Promise<Buffer> {
  return (await readDated(path, what, most)).bytes;
}

/**
 * The same, with when the file was written last.
 *
 * @throws StepError as `readWhole`
 */
export async function readDated(
  path: string,
  what: string,
  most = LARGEST_WHOLE,
): Promise<{ bytes: Buffer; written: Date }> {
  const { handle, stats } = await openNeeded(path, what);
  try {
    if (stats.size > most) {
      throw new StepError('CHECK_FAILED', `${what} has ${stats.size} bytes, and ${most} are read: ${path}.`);
    }
    return { bytes: await handle.readFile(), written: stats.mtime };
  } catch (cause) {
    throw cause instanceof StepError ? cause : notRead(path, what, cause);
  } finally {
    await handle.close();
  }
}

/** Bytes of an open file from a place on, piece by piece, up to where it ends then or up to `to`. */
export async function* piecesOf({ handle }: OpenFile, from: number, to: number, signal: AbortSignal) {
  for (let at = from; at < to; ) {
    if (signal.aborted) throw new StepError('CANCELLED', 'The reading was stopped.');
    // A new buffer each time: lines keep parts of it.
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, to - at));
    const { bytesRead } = await handle.read(piece, 0, piece.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield piece.subarray(0, bytesRead);
  }
}

/**
 * Reads a file of any size by a reader, as it stands now: what is appended meanwhile is for the next look.
 *
 * @param what how the file is told in an error
 * @throws StepError as `openNeeded`, and CHECK_FAILED where it is no text
 */
export async function readLines(
  path: string,
  what: string,
  reader: LineReader,
  signal: AbortSignal,
): Promise<LinesAccount> {
  const file = await openNeeded(path, what);
  try {
    for await (const piece of piecesOf(file, 0, file.stats.size, signal)) asStep(() => reader.push(piece));
    return asStep(() => reader.end());
  } finally {
    await file.handle.close();
  }
}
