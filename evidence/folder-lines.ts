import {
  closeSync,
  fstatSync,
  fsync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { errnoOf } from '../host/errno.js';
import { die, failsAt } from '../host/failpoint.js';
import { LockTimeout, withLock } from '../host/file-lock.js';
import { sha256, syncFolder, writeDurably } from './durable.js';
import { EvidenceError, EvidenceRefusal, evidenceError } from './error.js';
import type { EvidenceStore, Tail } from './store.js';
import { OneByOne } from './one-by-one.js';
import { largest } from '../model/largest.js';

const NEWLINE = 0x0a;
/** The end is read in pieces of this size: most lines fit in one, and it is read with every append. */
const PIECE_BYTES = 4 * 1024;
/** How long a worker waits for another that writes; one that is stopped in the middle of it is waited for, too. */
const LOCK_MS = 30_000;

const appends = new OneByOne();
// Small reads and writes of an open file are done at once, every step needs dozens; what waits for the disk is waited for.
const syncFile = promisify(fsync);

/** Beside the bundle, not in it: the lock is no evidence. */
function lockFolder(root: string): string {
  return join(dirname(root), `.${basename(root)}.lock`);
}

/** `EvidenceStore.append` in a folder. @param place says where the file lies, when it is this call's turn */
export function appendLines(
  root: string,
  place: () => string,
  next: Parameters<EvidenceStore['append']>[1],
  final: boolean,
): Promise<void> {
  return appends.after(root, async () => append(root, place(), next, final));
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
    if (failed.code === 'SEALED') removeLock(root);
    throw failed;
  }
  if (final) removeLock(root);
}

/** Nothing is written any more, so nobody needs the lock. */
function removeLock(root: string): void {
  try {
    rmSync(lockFolder(root), { recursive: true, force: true });
  } catch {
    // It is in nobody's way.
  }
}

async function appendLocked(path: string, next: Parameters<EvidenceStore['append']>[1]): Promise<void> {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true });
  const file = openSync(path, 'a+', 0o644);
  try {
    const fresh = fstatSync(file).size === 0;
    const torn = await setAsideTornLine(file, path);
    const end = fstatSync(file).size;
    const tail: Tail = { last: lastLine(file, end), lines: async () => linesOf(file), ...(torn ? { torn } : {}) };
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
      appendWhole(file, Buffer.from(lines.map((line) => `${line}\n`).join('')));
      await syncFile(file);
    } catch (error) {
      // What was not made durable was not said: a later append must not build on it.
      cutTo(file, end);
      throw error;
    }
    if (fresh) await syncFolder(folder);
  } finally {
    closeSync(file);
  }
}

/** As far as it can be: the error that led here is the one to tell. */
function cutTo(file: number, end: number): void {
  try {
    ftruncateSync(file, end);
  } catch {
    // A torn line is set aside by the next append.
  }
}

/** One write call for all of it: a reader, or a crash, sees either nothing or whole lines but for the disk's own limits. */
function appendWhole(file: number, bytes: Buffer): void {
  if (failsAt('mid-log')) {
    writeSync(file, bytes.subarray(0, Math.ceil(bytes.length / 2)));
    die();
  }
  const written = writeSync(file, bytes);
  if (written === bytes.length) return;
  throw Object.assign(new Error(`${written} of ${bytes.length} bytes were written`), { code: 'ENOSPC' });
}

/** `EvidenceStore.lastLine` in a folder. */
export async function lastLineOf(path: string): Promise<string | undefined> {
  try {
    const file = openSync(path, 'r');
    try {
      return lastLine(file, wholeLines(file, fstatSync(file).size));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw evidenceError('read', path, error);
  }
}

/** All lines; the file's own position is not relied on. */
function linesOf(file: number): string[] {
  const bytes = Buffer.alloc(fstatSync(file).size);
  let at = 0;
  while (at < bytes.length) {
    const read = readSync(file, bytes, at, bytes.length - at, at);
    if (read === 0) break;
    at += read;
  }
  const text = bytes.subarray(0, at).toString('utf8');
  return text === '' ? [] : text.trimEnd().split('\n');
}

/** A crash in mid-write leaves a last line without its newline: its bytes are kept in a file of their own. */
async function setAsideTornLine(open: number, path: string): Promise<Tail['torn']> {
  const { size } = fstatSync(open);
  const whole = wholeLines(open, size);
  if (whole === size) return undefined;
  const bytes = Buffer.alloc(size - whole);
  readSync(open, bytes, 0, bytes.length, whole);
  const prefix = `${basename(path, '.jsonl')}.torn-`;
  const names = readdirSync(dirname(path)).filter((name) => name.startsWith(prefix));
  const taken = names.map((name) => Number(name.slice(prefix.length))).filter(Number.isInteger);
  const file = `${prefix}${1 + (largest(taken) ?? 0)}`;
  await writeDurably(join(dirname(path), file), bytes);
  ftruncateSync(open, whole);
  await syncFile(open);
  return { file, bytes: bytes.length, sha256: sha256(bytes) };
}

/** Offset just after the last newline. */
function wholeLines(file: number, size: number): number {
  return findNewlineBefore(file, size) + 1;
}

/** The last whole line, without its newline; `end` is an offset just after a newline. */
function lastLine(file: number, end: number): string | undefined {
  if (end === 0) return undefined;
  const start = findNewlineBefore(file, end - 1) + 1;
  const line = Buffer.alloc(end - 1 - start);
  readSync(file, line, 0, line.length, start);
  return line.toString('utf8');
}

/** Offset of the last newline before `end`, or -1. */
function findNewlineBefore(file: number, end: number): number {
  const piece = Buffer.alloc(Math.min(end, PIECE_BYTES));
  for (let to = end; to > 0; ) {
    const from = Math.max(0, to - PIECE_BYTES);
    readSync(file, piece, 0, to - from, from);
    const at = piece.subarray(0, to - from).lastIndexOf(NEWLINE);
    if (at !== -1) return from + at;
    to = from;
  }
  return -1;
}
