import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fdatasync,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  write as writeAt,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { BOOT, isRunning } from './process.js';
import { noteGroup, type NotedGroup } from './process-group.js';
import { errnoOf } from './errno.js';

/** Who holds a lock: a process of one start of one machine, as seen in one process namespace (a container has its own). */
interface Holder extends NotedGroup {
  namespace: string;
  token: string;
}

/** A holder that this process cannot see (another container, another start) is taken for dead when its file is this old. */
const UNSEEN_MS = 60_000;
/** How often a holder writes its file anew, so that whoever cannot see it knows that it lives. */
const BEAT_MS = 10_000;
/** How often whoever waits is told of the holder. */
const WORD_MS = 5000;
/** Most of the time between two looks at a lock that counts as waiting: pauses are 100 ms at most. */
const LOOK_MS = 500;
const NAMESPACE = namespaceOf();
const writeInto = promisify(writeAt);
const syncData = promisify(fdatasync);
/**
 * Numbers that stay behind the one that has the lock. A look at a folder may miss what comes and goes meanwhile, but never
 * what stays: so it sees at worst a number that is used up, and never none. For the same reason nothing is renamed.
 */
const KEPT = 16;
/** No more digits than a number holds exactly: the next one must be another one. */
const NAME = /^lock\.(\d{1,15})(\.free)?$/;
const DRAFT = 'draft.';

function namespaceOf(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** The lock is held by another process that lives. */
export class LockTimeout extends Error {
  override readonly name = 'LockTimeout';
  constructor(readonly pid: number) {
    super(`the process ${pid} holds the lock and does not give it up`);
  }
}

// Every step takes locks, and each look or mark at one is a few microseconds; as many trips to a thread and back cost a step
// several milliseconds. So they are done at once. What waits for the disk (the beat's sync) is not.

/** Gives the lock up; safe to call twice. */
export type Release = () => Promise<void>;

export interface LockOptions {
  /** How long it is waited for; time in which this process stood still does not count. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** Called about every 5 s while another process holds the lock. */
  waiting?: ((pid: number) => void) | undefined;
}

/**
 * Takes a lock that holds between processes. A lock is a folder of numbered files and the highest number has it: taking
 * it from a dead holder is making the next number, which only one can do, so that no file is ever removed that another
 * process has just made. A holder that is only stopped keeps it.
 *
 * @param folder absolute; made when missing
 * @throws LockTimeout when a living process keeps it longer than `timeoutMs`; AbortError
 */
export async function acquireLock(folder: string, options: LockOptions): Promise<Release> {
  const me: Holder = { ...noteGroup(process.pid), namespace: NAMESPACE, token: randomUUID() };
  mkdirSync(folder, { recursive: true });
  let waitedMs = 0;
  let lookedAt = performance.now();
  let nextWord = performance.now() + WORD_MS;
  let seen: Holder | undefined;
  for (let pause = 2; ; pause = Math.min(pause * 1.5, 100)) {
    const { number, free } = highest(folder);
    const holder = number === 0 || free ? undefined : livingHolder(folder, number);
    const release = holder === undefined ? claim(folder, me, number + 1) : undefined;
    if (release) return release;
    seen = holder ?? seen;
    const now = performance.now();
    // A process that was stopped or starved meanwhile has not waited: the holder may live in it and could not end either.
    waitedMs += Math.min(now - lookedAt, LOOK_MS);
    lookedAt = now;
    if (waitedMs > options.timeoutMs) {
      if (seen) throw new LockTimeout(seen.pid);
      throw new Error(`Nobody holds the lock ${folder}, and it cannot be taken. Take the folder away.`);
    }
    if (holder && now > nextWord) {
      nextWord += WORD_MS;
      options.waiting?.(holder.pid);
    }
    await delay(pause, undefined, options.signal ? { signal: options.signal } : {});
  }
}

/** Runs `work` under the lock. */
export async function withLock<T>(folder: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const release = await acquireLock(folder, options);
  try {
    return await work();
  } finally {
    await release();
  }
}

function highest(folder: string): { number: number; free: boolean } {
  let found = { number: 0, free: false };
  for (const name of readdirSync(folder)) {
    const match = NAME.exec(name);
    const number = Number(match?.[1] ?? 0);
    if (number > found.number || (number === found.number && match?.[2])) found = { number, free: Boolean(match?.[2]) };
  }
  return found;
}

/** Undefined when another was faster. */
function claim(folder: string, me: Holder, number: number): Release | undefined {
  const path = join(folder, `lock.${number}`);
  const draft = draftIn(folder);
  const file = openSync(draft, 'wx');
  let mine = false;
  try {
    writeSync(file, JSON.stringify(me));
    // A link appears with its whole content, and only where none was.
    linkSync(draft, path);
    // A look at the folder that was too old may have made a number that was already used up.
    mine = quietly(() => highest(folder))?.number === number;
    if (!mine) rmSync(path, { force: true });
  } catch (error) {
    // Without a draft: whoever was stopped for so long that it was tidied away begins anew.
    if (errnoOf(error) !== 'EEXIST' && errnoOf(error) !== 'ENOENT') throw error;
  } finally {
    quietly(() => rmSync(draft, { force: true }));
    if (!mine) closeSync(file);
  }
  if (!mine) return undefined;
  // Whatever stands in the way of tidying does not take the lock from us.
  quietly(() => tidy(folder, number, file));
  return releaseOf(path, me, file);
}

/** Undefined when it fails. */
function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function draftIn(folder: string): string {
  return join(folder, `${DRAFT}${randomUUID()}`);
}

/** Removes used-up numbers, and drafts of writers that were killed: one that lives needs its draft for a moment only. */
function tidy(folder: string, number: number, justWritten: number): void {
  const nowMs = fstatSync(justWritten).mtimeMs;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const other = NAME.exec(name)?.[1];
    const old = name.startsWith(DRAFT)
      ? nowMs - (quietly(() => statSync(path))?.mtimeMs ?? nowMs) > UNSEEN_MS
      : other !== undefined && Number(other) < number - KEPT;
    if (old) quietly(() => rmSync(path, { force: true }));
  }
}

function releaseOf(path: string, me: Holder, file: number): Release {
  const stopBeating = beat(file, Buffer.from(JSON.stringify(me)));
  const release = async (): Promise<void> => {
    await stopBeating();
    quietly(() => closeSync(file));
    // The folder was taken away with everything in it, or the number is now another's.
    if (readHolder(path)?.holder.token !== me.token) return;
    try {
      writeFileSync(`${path}.free`, '');
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  };
  let released: Promise<void> | undefined;
  return () => (released ??= release());
}

/**
 * Writes the same bytes into the holder's own file again and again: the file system then notes its own time, which needs no
 * two clocks that agree. By the open file, not the name: the name may be another's after the folder was taken away.
 */
function beat(file: number, bytes: Buffer): () => Promise<void> {
  let writing: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    await writeInto(file, bytes, 0, bytes.length, 0);
    await syncData(file);
  };
  const timer = setInterval(() => {
    // One at a time: a disk that hangs gathers no writes. One that fails is tried again with the next.
    writing ??= write()
      .catch(() => undefined)
      .finally(() => (writing = undefined));
  }, BEAT_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await writing;
  };
}

function livingHolder(folder: string, number: number): Holder | undefined {
  const read = readHolder(join(folder, `lock.${number}`));
  if (read === undefined) return undefined;
  const { holder, mtimeMs } = read;
  const lives =
    holder.boot === BOOT && holder.namespace === NAMESPACE
      ? isRunning(holder.pid, holder.startTime)
      : fileSystemTime(folder) - mtimeMs < UNSEEN_MS;
  return lives ? holder : undefined;
}

/** What the file system takes for now, in milliseconds: the time of a file that was just written. */
function fileSystemTime(folder: string): number {
  const draft = draftIn(folder);
  try {
    writeFileSync(draft, '');
    return statSync(draft).mtimeMs;
  } finally {
    quietly(() => rmSync(draft, { force: true }));
  }
}

/** Undefined where a file is no holder's: given up just now, torn by a power cut, or put there by somebody else. */
function readHolder(path: string): { holder: Holder; mtimeMs: number } | undefined {
  try {
    // Opened, then asked: a network's file system looks anew when a file is opened.
    const file = openSync(path, 'r');
    try {
      const holder = holderIn(readFileSync(file, 'utf8'));
      return holder && { holder, mtimeMs: fstatSync(file).mtimeMs };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'EISDIR') return undefined;
    throw error;
  }
}

function holderIn(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isHolder(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isHolder(value: unknown): value is Holder {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, startTime, boot, namespace, token } = value as Partial<Record<keyof Holder, unknown>>;
  const texts = [boot, namespace, token, startTime ?? ''];
  return Number.isInteger(pid) && Number(pid) > 0 && texts.every((text) => typeof text === 'string');
}
