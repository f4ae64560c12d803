import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { EventDraft, EventType } from '../../model/evidence/events.js';
import { die, failpoint, failsAt } from '../../host/failpoint.js';
import { LockTimeout, withLock } from '../../host/file-lock.js';
import { sha256, syncFolder, writeDurably } from '../durable.js';
import { EvidenceError, evidenceError } from '../error.js';

/** The event log's place below the evidence folder. */
export const EVENT_LOG = join('data', 'events.jsonl');
/** What stands for "the line before" in the first line. */
export const FIRST_PREV = '0'.repeat(64);
/** The last event of a finished bundle; nothing is written after it. */
export const SEALED = 'sealed' satisfies EventType;

const NEWLINE = 0x0a;
const PIECE_BYTES = 64 * 1024;
/** How long a worker waits for another that writes; one that is stopped in the middle of it is waited for, too. */
const LOCK_MS = 30_000;

/**
 * Link of one line to the next: SHA-256 over 0x00 and the raw bytes of the line without its newline. The leading
 * zero byte keeps leaf hashes apart from other hashes of the same bytes (RFC 6962, section 2.1).
 */
export function linkOf(line: string | Uint8Array): string {
  return createHash('sha256').update(Uint8Array.of(0)).update(line).digest('hex');
}

/** What the next line needs to know of the lines before it. */
interface Tail {
  seq: number;
  prev: string;
  sealed: boolean;
}

const queues = new Map<string, Promise<void>>();

/**
 * Appends one event to `<evidenceDir>/data/events.jsonl` as `{seq, prev, at, ...event}` and resolves when it is on
 * the disk. Calls for one folder are served in order, and one process at a time, so that several workers may serve one
 * go-live.
 *
 * @param evidenceDir absolute folder of the bundle; made when missing
 * @throws EvidenceError when it cannot be written durably, or the log is sealed
 */
export function appendEvent(evidenceDir: string, event: EventDraft): Promise<void> {
  return appendEvents(evidenceDir, [event]);
}

/**
 * A batch that may be sent again after a crash. Its id stands in each line, so that lines which an earlier attempt
 * made durable are not written twice.
 */
export interface Batch {
  id: string;
  /** An earlier attempt may have written some of it. */
  again: boolean;
}

/** Like `appendEvent`, for several events with one fsync. */
export function appendEvents(evidenceDir: string, events: readonly EventDraft[], batch?: Batch): Promise<void> {
  const before = queues.get(evidenceDir) ?? Promise.resolve();
  const mine = before.catch(() => undefined).then(() => write(evidenceDir, events, batch));
  queues.set(evidenceDir, mine);
  const tidy = () => {
    if (queues.get(evidenceDir) === mine) queues.delete(evidenceDir);
  };
  mine.then(tidy, tidy);
  return mine;
}

/** Whether the log ends with its seal. A log that does not exist is not sealed. */
export async function isSealed(evidenceDir: string): Promise<boolean> {
  const path = join(evidenceDir, EVENT_LOG);
  try {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      return tailOf(await lastLine(handle, await wholeLines(handle, size))).sealed;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return false;
    throw evidenceError('read', path, error);
  }
}

/** Beside the bundle, not in it: the lock is no evidence. */
function lockFolder(evidenceDir: string): string {
  return join(dirname(evidenceDir), `.${basename(evidenceDir)}.lock`);
}

async function write(evidenceDir: string, events: readonly EventDraft[], batch?: Batch): Promise<void> {
  if (events.length === 0) return;
  const path = join(evidenceDir, EVENT_LOG);
  failpoint('before-log');
  try {
    await withLock(lockFolder(evidenceDir), { timeoutMs: LOCK_MS }, () => writeLocked(evidenceDir, events, batch));
  } catch (error) {
    if (error instanceof LockTimeout) {
      const hint = `See why the process ${error.pid} does not go on; end it if it hangs`;
      throw new EvidenceError(`Cannot append to ${path}: ${error.message}`, `${hint}, then retry.`, 'LOCKED');
    }
    throw evidenceError('append to', path, error);
  }
  failpoint('after-log');
  // Nothing is written after the seal, so nobody needs the lock any more.
  if (events.some(({ type }) => type === SEALED)) {
    await rm(lockFolder(evidenceDir), { recursive: true, force: true }).catch(() => undefined);
  }
}

async function writeLocked(evidenceDir: string, events: readonly EventDraft[], batch?: Batch): Promise<void> {
  const path = join(evidenceDir, EVENT_LOG);
  const folder = join(evidenceDir, 'data');
  try {
    await mkdir(folder, { recursive: true });
    const handle = await open(path, 'a+', 0o644);
    try {
      const fresh = (await handle.stat()).size === 0;
      const torn = await setAsideTornLine(handle, folder);
      const tail = tailOf(await lastLine(handle, (await handle.stat()).size));
      if (tail.sealed) {
        throw new EvidenceError(`${path} is sealed`, 'Start again under another change.', 'SEALED');
      }
      const text = chain(tail, [...(torn === undefined ? [] : [torn]), ...(await unwritten(handle, events, batch))]);
      const end = (await handle.stat()).size;
      try {
        await appendWhole(handle, Buffer.from(text));
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
  } catch (error) {
    throw evidenceError('append to', path, error);
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

/** The events of a batch that no earlier attempt has written, marked with its id. */
async function unwritten(handle: FileHandle, events: readonly EventDraft[], batch?: Batch): Promise<EventDraft[]> {
  if (batch === undefined) return [...events];
  let done = 0;
  if (batch.again) {
    const lines = (await handle.stat()).size === 0 ? [] : (await readFrom(handle)).trimEnd().split('\n');
    done = lines.filter((line) => (JSON.parse(line) as { batch?: unknown }).batch === batch.id).length;
  }
  return events.slice(done).map((event) => ({ ...event, batch: batch.id }));
}

/** The whole log as text; the handle's own position is not relied on. */
async function readFrom(handle: FileHandle): Promise<string> {
  const bytes = Buffer.alloc((await handle.stat()).size);
  let at = 0;
  while (at < bytes.length) {
    const { bytesRead } = await handle.read(bytes, at, bytes.length - at, at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.subarray(0, at).toString('utf8');
}

function chain(tail: Tail, events: readonly EventDraft[]): string {
  let { seq, prev } = tail;
  let text = '';
  for (const event of events) {
    const line = JSON.stringify({ seq, prev, at: new Date().toISOString(), ...withoutLinks(event) });
    text += `${line}\n`;
    prev = linkOf(line);
    seq += 1;
  }
  return text;
}

/** The log's own fields cannot be set from outside. */
function withoutLinks(event: EventDraft): object {
  const { seq: _seq, prev: _prev, at: _at, ...rest } = event as EventDraft & Record<'seq' | 'prev' | 'at', unknown>;
  return rest;
}

function tailOf(line: Buffer | undefined): Tail {
  if (line === undefined) return { seq: 0, prev: FIRST_PREV, sealed: false };
  const { seq, type } = JSON.parse(line.toString('utf8')) as { seq: number; type: string };
  return { seq: seq + 1, prev: linkOf(line), sealed: type === SEALED };
}

/** A crash in mid-write leaves a last line without its newline: its bytes are kept in a file of their own. */
async function setAsideTornLine(handle: FileHandle, folder: string): Promise<EventDraft | undefined> {
  const { size } = await handle.stat();
  const whole = await wholeLines(handle, size);
  if (whole === size) return undefined;
  const bytes = Buffer.alloc(size - whole);
  await handle.read(bytes, 0, bytes.length, whole);
  const taken = (await readdir(folder)).filter((name) => /^events\.torn-\d+$/.test(name));
  const file = `events.torn-${1 + Math.max(0, ...taken.map((name) => Number(name.slice('events.torn-'.length))))}`;
  await writeDurably(join(folder, file), bytes);
  await handle.truncate(whole);
  await handle.sync();
  return { type: 'torn-line', file, bytes: bytes.length, sha256: sha256(bytes) };
}

/** Offset just after the last newline. */
async function wholeLines(handle: FileHandle, size: number): Promise<number> {
  return (await findNewlineBefore(handle, size)) + 1;
}

/** The last whole line, without its newline; `end` is an offset just after a newline. */
async function lastLine(handle: FileHandle, end: number): Promise<Buffer | undefined> {
  if (end === 0) return undefined;
  const start = (await findNewlineBefore(handle, end - 1)) + 1;
  const line = Buffer.alloc(end - 1 - start);
  await handle.read(line, 0, line.length, start);
  return line;
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
