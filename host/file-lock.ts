import { randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { link, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isRunning } from './process.js';
import { noteGroup, type NotedGroup } from './process-group.js';
import { errnoOf } from './errno.js';

/** Who holds a lock: a process of one start of one machine, as seen in one process namespace (a container has its own). */
interface Holder extends NotedGroup {
  namespace: string;
  token: string;
}

/** A holder that this process cannot see (another container, another start) is taken for dead after this long. */
const UNSEEN_MS = 60_000;
/** How often whoever waits is told of the holder. */
const WORD_MS = 5000;
const NAMESPACE = namespaceOf();
/**
 * Numbers that stay behind the one that has the lock. A look at a folder may miss what comes and goes meanwhile, but never
 * what stays: so it sees at worst a number that is used up, and never none. For the same reason nothing is renamed.
 */
const KEPT = 16;
const NAME = /^lock\.(\d+)(\.free)?$/;

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
  const token = randomUUID();
  const me: Holder = { ...noteGroup(process.pid), namespace: NAMESPACE, token };
  await mkdir(folder, { recursive: true });
  const draft = join(folder, `draft.${token}`);
  const until = performance.now() + options.timeoutMs;
  let nextWord = performance.now() + WORD_MS;
  try {
    for (let pause = 2; ; pause = Math.min(pause * 1.5, 100)) {
      const { number, free } = await highest(folder);
      const holder = number === 0 || free ? undefined : await livingHolder(join(folder, `lock.${number}`));
      if (holder === undefined) {
        const mine = number + 1;
        if (await claim(folder, draft, me, mine)) return releaseOf(folder, mine);
      } else if (performance.now() > until) throw new LockTimeout(holder.pid);
      else if (performance.now() > nextWord) {
        nextWord += WORD_MS;
        options.waiting?.(holder.pid);
      }
      await delay(pause, undefined, options.signal ? { signal: options.signal } : {});
    }
  } finally {
    await rm(draft, { force: true });
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

async function claim(folder: string, draft: string, me: Holder, number: number): Promise<boolean> {
  const path = join(folder, `lock.${number}`);
  try {
    await writeFile(draft, JSON.stringify(me));
    // A link appears with its whole content, and only where none was.
    await link(draft, path);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
  // A look at the folder that was too old may have made a number that was already used up.
  if ((await highest(folder)).number !== number) {
    await rm(path, { force: true });
    return false;
  }
  for (const name of await readdir(folder)) {
    const other = NAME.exec(name)?.[1];
    if (other !== undefined && Number(other) < number - KEPT) await rm(join(folder, name), { force: true });
  }
  return true;
}

function releaseOf(folder: string, number: number): Release {
  let released: Promise<void> | undefined;
  const path = join(folder, `lock.${number}`);
  return () =>
    (released ??= writeFile(`${path}.free`, '').catch((error: NodeJS.ErrnoException) => {
      // The folder was taken away with everything in it, or somebody took the lock from us.
      if (error.code !== 'ENOENT') throw error;
    }));
}

async function livingHolder(path: string): Promise<Holder | undefined> {
  let holder: Holder;
  try {
    holder = JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    // Given up just now, or torn by a power cut: nobody of this start of the machine has it.
    return undefined;
  }
  const mine = noteGroup(process.pid);
  if (holder.boot === mine.boot && holder.namespace === NAMESPACE) {
    return isRunning(holder.pid, holder.startTime) ? holder : undefined;
  }
  const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? 0);
  return age < UNSEEN_MS ? holder : undefined;
}
