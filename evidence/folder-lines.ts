import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errnoOf } from '../host/errno.js';
import { die, failsAt } from '../host/failpoint.js';
import { LockTimeout, withLock } from '../host/file-lock.js';
import { sha256, syncFolder, writeDurably } from './durable.js';
import { EvidenceError, EvidenceRefusal, evidenceError } from './error.js';
import type { EvidenceStore, Tail } from './store.js';
import { OneByOne } from './one-by-one.js';
import { largest } from '../model/largest.js';

const NEWLINE = 0x0a;
const PIECE_BYTES = 64 * 1024;
/** How long a worker waits for another that writes; one that is stopped in the middle of it is waited for, too. */
const LOCK_MS = 30_000;

const appends = new OneByOne();

/** Beside the bundle, not in it: the lock is no evidence. */
function lockFolder(root: string): string {
  return join(dirname(root), `.${basename(root)}.lock`);
}

/** `EvidenceStore.append` in a folder. @param place says where the file lies, when it is this call's turn */
export function appendLines(
  root: string,
  place: () => Promise<string>,
  next: Parameters<EvidenceStore['append']>[1],
  final: boolean,
): Promise<void> {
  return appends.after(root, async () => append(root, await place(), next, final));
}

async function append(
  root: string,
  path: string,
  next: Parameters<EvidenceStore['append']>[1],
  final: boolean,
): Promise<void> {
  try {
    await withLock(lockFolder(root), { timeoutMs: LOCK_MS }, () => appendLocked(path, next));
  } catch (error) {
    if (error instanceof LockTimeout) {
      const hint = `See why the process ${error.pid} does not go on; end it if it hangs`;
      throw new EvidenceError(`Cannot append to ${path}: ${error.message}`, `${hint}, then retry.`, 'LOCKED');
    }
    if (error instanceof EvidenceRefusal) throw error;
    const failed = evidenceError('append to', path, error);
    // Who comes behind the seal made the lock anew.
    if (failed.code === 'SEALED') await removeLock(root);
    throw failed;
  }
  if (final) await removeLock(root);
}

/** Nothing is written any more, so nobody needs the lock. */
async function removeLock(root: string): Promise<void> {
  await rm(lockFolder(root), { recursive: true, force: true }).catch(() => undefined);
}

async function appendLocked(path: string, next: Parameters<EvidenceStore['append']>[1]): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const handle = await open(path, 'a+', 0o644);
  try {
    const fresh = (await handle.stat()).size === 0;
    const torn = await setAsideTornLine(handle, path);
    const end = (await handle.stat()).size;
    const tail: Tail = { last: await lastLine(handle, end), lines: () => linesOf(handle), ...(torn ? { torn } : {}) };
    const lines = await next(tail);
    const broken = lines.find((line) => line === '' || /[\r\n]/.test(line));
    if (broken !== undefined) {
      const shown = JSON.stringify(broken.slice(0, 80));
      throw new EvidenceRefusal(
        `${shown} is not one line for ${path}.`,
        'This is a defect of golive or of a step kind.',
      );
    }
    try {
      await appendWhole(handle, Buffer.from(lines.map((line) => `${line}\n`).join('')));
      await handle.sync();
    } catch (error) {
      // What was not made durable was not said: a later append must not build on it.
      await handle.truncate(end).catch(() => undefined);
      throw error;
    }
    if (fresh) await syncFolder(folder);
  } finally {
    await handle.close();
  }
}

/** One write call for all of it: a reader, or a crash, sees either nothing or whole lines but for the disk's own limits. */
async function appendWhole(handle: FileHandle, bytes: Buffer): Promise<void> {
  if (failsAt('mid-log')) {
    await handle.write(bytes.subarray(0, Math.ceil(bytes.length / 2)));
    die();
  }
  const { bytesWritten } = await handle.write(bytes);
  if (bytesWritten === bytes.length) return;
  throw Object.assign(new Error(`${bytesWritten} of ${bytes.length} bytes were written`), { code: 'ENOSPC' });
}

/** `EvidenceStore.lastLine` in a folder. */
export async function lastLineOf(path: string): Promise<string | undefined> {
  try {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      return await lastLine(handle, await wholeLines(handle, size));
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw evidenceError('read', path, error);
  }
}

/** All lines; the handle's own position is not relied on. */
async function linesOf(handle: FileHandle): Promise<string[]> {
  const bytes = Buffer.alloc((await handle.stat()).size);
  let at = 0;
  while (at < bytes.length) {
    const { bytesRead } = await handle.read(bytes, at, bytes.length - at, at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  const text = bytes.subarray(0, at).toString('utf8');
  return text === '' ? [] : text.trimEnd().split('\n');
}

/** A crash in mid-write leaves a last line without its newline: its bytes are kept in a file of their own. */
async function setAsideTornLine(handle: FileHandle, path: string): Promise<Tail['torn']> {
  const { size } = await handle.stat();
  const whole = await wholeLines(handle, size);
  if (whole === size) return undefined;
  const bytes = Buffer.alloc(size - whole);
  await handle.read(bytes, 0, bytes.length, whole);
  const prefix = `${basename(path, '.jsonl')}.torn-`;
  const names = (await readdir(dirname(path))).filter((name) => name.startsWith(prefix));
  const taken = names.map((name) => Number(name.slice(prefix.length))).filter(Number.isInteger);
  const file = `${prefix}${1 + (largest(taken) ?? 0)}`;
  await writeDurably(join(dirname(path), file), bytes);
  await handle.truncate(whole);
  await handle.sync();
  return { file, bytes: bytes.length, sha256: sha256(bytes) };
}

/** Offset just after the last newline. */
async function wholeLines(handle: FileHandle, size: number): Promise<number> {
  return (await findNewlineBefore(handle, size)) + 1;
}

/** The last whole line, without its newline; `end` is an offset just after a newline. */
async function lastLine(handle: FileHandle, end: number): Promise<string | undefined> {
  if (end === 0) return undefined;
  const start = (await findNewlineBefore(handle, end - 1)) + 1;
  const line = Buffer.alloc(end - 1 - start);
  await handle.read(line, 0, line.length, start);
  return line.toString('utf8');
}

/** Offset of the last newline before `end`, or -1. */
async function findNewlineBefore(handle: FileHandle, end: number): Promise<number> {
  for (let to = end; to > 0; ) {
    const from = Math.max(0, to - PIECE_BYTES);
    const piece = Buffer.alloc(to - from);
    await handle.read(piece, 0, piece.length, from);
    const at = piece.lastIndexOf(NEWLINE);
    if (at !== -1) return from + at;
    to = from;
  }
  return -1;
}
