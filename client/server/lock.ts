import { link, mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CliError, codeOf } from '../errors.js';
import { isAlive, ownMark, type ProcessMark, waitUntil } from './processes.js';

let attempts = 0;

/**
 * Runs `work` while holding a lock file, so that two golives do not do the same thing at once.
 * A lock whose holder no longer runs is taken over.
 * @param file path of the lock
 * @param waiting called about every 5 s while another process holds the lock
 * @throws CliError (exit 2) when the lock is not had within `timeoutMs`
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  options: { timeoutMs: number; waiting?: (holder: number) => void },
): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  let holder = 0;
  let lastWord = Date.now();
  const had = await waitUntil(
    async () => {
      holder = await tryLock(file);
      if (holder !== 0 && Date.now() - lastWord > 5000) {
        lastWord = Date.now();
        options.waiting?.(holder);
      }
      return holder === 0;
    },
    options.timeoutMs,
    100,
  );
  if (!had) {
    throw new CliError(`Another golive (process ${holder}) has been at this for ${options.timeoutMs / 60_000} min.`, {
      exitCode: 2,
      where: file,
      hint: 'Wait for it, or end that process; its lock is then taken over.',
    });
  }
  try {
    return await work();
  } finally {
    await unlink(file).catch(() => undefined);
  }
}

/** Takes the lock, or tells who has it. Returns 0 when it is ours. */
async function tryLock(file: string): Promise<number> {
  const mine = `${file}.${process.pid}.${attempts++}`;
  await writeFile(mine, JSON.stringify(ownMark()));
  try {
    // A hard link appears whole or not at all, unlike a file that is created and then written.
    await link(mine, file);
    return 0;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return await checkHolder(file, mine);
  } finally {
    await unlink(mine).catch(() => undefined);
  }
}

async function checkHolder(file: string, mine: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '');
  if (text === '') return -1;
  const mark = parseMark(text);
  if (mark && isAlive(mark)) return mark.pid;
  const grave = `${mine}.stale`;
  try {
    await rename(file, grave);
  } catch {
    return -1;
  }
  // Someone may have replaced the stale lock between the look and the rename: then give it back.
  if ((await readFile(grave, 'utf8')) !== text) await link(grave, file).catch(() => undefined);
  await unlink(grave);
  return -1;
}

function parseMark(text: string): ProcessMark | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('startTime' in value)) return undefined;
    const { pid, startTime } = value;
    if (typeof pid === 'number' && typeof startTime === 'string') return { pid, startTime };
  } catch {
    // Falls through: an unreadable lock belongs to nobody.
  }
  return undefined;
}
