import { randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { type FileHandle, link, mkdir, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
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
  await mkdir(folder, { recursive: true });
  let waitedMs = 0;
  let lookedAt = performance.now();
  let nextWord = performance.now() + WORD_MS;
  let seen: Holder | undefined;
  for (let pause = 2; ; pause = Math.min(pause * 1.5, 100)) {
    const { number, free } = await highest(folder);
    const holder = number === 0 || free ? undefined : await livingHolder(folder, number);
    const release = holder === undefined ? await claim(folder, me, number + 1) : undefined;
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

async function highest(folder: string): Promise<{ number: number; free: boolean }> {
  let found = { number: 0, free: false };
  for (const name of await readdir(folder)) {
    const match = NAME.exec(name);
    const number = Number(match?.[1] ?? 0);
    if (number > found.number || (number === found.number && match?.[2])) found = { number, free: Boolean(match?.[2]) };
  }
  return found;
}

/** Undefined when another was faster. */
async function claim(folder: string, me: Holder, number: number): Promise<Release | undefined> {
  const path = join(folder, `lock.${number}`);
  const draft = draftIn(folder);
  const handle = await open(draft, 'wx');
  let mine = false;
  try {
    await handle.writeFile(JSON.stringify(me));
    // A link appears with its whole content, and only where none was.
    await link(draft, path);
    // A look at the folder that was too old may have made a number that was already used up.
    mine = (await highest(folder).catch(() => undefined))?.number === number;
    if (!mine) await rm(path, { force: true });
  } catch (error) {
    // Without a draft: whoever was stopped for so long that it was tidied away begins anew.
    if (errnoOf(error) !== 'EEXIST' && errnoOf(error) !== 'ENOENT') throw error;
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
    if (!mine) await handle.close();
  }
  if (!mine) return undefined;
  // Whatever stands in the way of tidying does not take the lock from us.
  await tidy(folder, number, handle).catch(() => undefined);
  return releaseOf(path, me, handle);
}

function draftIn(folder: string): string {
  return join(folder, `${DRAFT}${randomUUID()}`);
}

/** Removes used-up numbers, and drafts of writers that were killed: one that lives needs its draft for a moment only. */
async function tidy(folder: string, number: number, justWritten: FileHandle): Promise<void> {
  const nowMs = (await justWritten.stat()).mtimeMs;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const other = NAME.exec(name)?.[1];
    const old = name.startsWith(DRAFT)
      ? nowMs - ((await stat(path).catch(() => undefined))?.mtimeMs ?? nowMs) > UNSEEN_MS
      : other !== undefined && Number(other) < number - KEPT;
    if (old) await rm(path, { force: true }).catch(() => undefined);
  }
}

function releaseOf(path: string, me: Holder, handle: FileHandle): Release {
  const stopBeating = beat(handle, Buffer.from(JSON.stringify(me)));
  const release = async (): Promise<void> => {
    await stopBeating();
    await handle.close().catch(() => undefined);
    // The folder was taken away with everything in it, or the number is now another's.
    if ((await readHolder(path))?.holder.token !== me.token) return;
    await writeFile(`${path}.free`, '').catch((error: unknown) => {
      if (errnoOf(error) !== 'ENOENT') throw error;
    });
  };
  let released: Promise<void> | undefined;
  return () => (released ??= release());
}

/**
 * Writes the same bytes into the holder's own file again and again: the file system then notes its own time, which needs no
 * two clocks that agree. By the handle, not the name: the name may be another's after the folder was taken away.
 */
function beat(handle: FileHandle, bytes: Buffer): () => Promise<void> {
  let writing: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    await handle.write(bytes, 0, bytes.length, 0);
    await handle.datasync();
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

async function livingHolder(folder: string, number: number): Promise<Holder | undefined> {
  const read = await readHolder(join(folder, `lock.${number}`));
  if (read === undefined) return undefined;
  const { holder, mtimeMs } = read;
  const lives =
    holder.boot === BOOT && holder.namespace === NAMESPACE
      ? isRunning(holder.pid, holder.startTime)
      : (await fileSystemTime(folder)) - mtimeMs < UNSEEN_MS;
  return lives ? holder : undefined;
}

/** What the file system takes for now, in milliseconds: the time of a file that was just written. */
async function fileSystemTime(folder: string): Promise<number> {
  const draft = draftIn(folder);
  try {
    await writeFile(draft, '');
    return (await stat(draft)).mtimeMs;
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

/** Undefined where a file is no holder's: given up just now, torn by a power cut, or put there by somebody else. */
async function readHolder(path: string): Promise<{ holder: Holder; mtimeMs: number } | undefined> {
  try {
    // Opened, then asked: a network's file system looks anew when a file is opened.
    const handle = await open(path, 'r');
    try {
      const holder = holderIn(await handle.readFile('utf8'));
      return holder && { holder, mtimeMs: (await handle.stat()).mtimeMs };
    } finally {
      await handle.close();
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
