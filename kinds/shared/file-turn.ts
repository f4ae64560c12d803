import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { sha256 } from '../../evidence/durable.js';
import { errnoOf } from '../../host/errno.js';
import { LockTimeout, withLock } from '../../host/file-lock.js';

/** The part of a step's time that may be waited, so that the error can name the one that was waited for. */
const WAITED = 0.8;

/**
 * Runs something on a file while no other step of golive changes it, of whatever go-live and worker of this user on this
 * machine. The lock stands in the system's folder for temporary files, for nothing of golive's is to be left beside an
 * operator's file. A process that is no golive's keeps no turn: see `changeFile`.
 *
 * @param path the file's own, links resolved: two names of one file are one turn
 * @throws StepError CHECK_FAILED that names the process whose turn does not end
 */
export async function inTurn<T>(
  path: string,
  context: Pick<StepContext, 'task' | 'signal' | 'progress'>,
  work: () => Promise<T>,
): Promise<T> {
  const folder = join(await lockRoot(), sha256(path).slice(0, 32));
  const who = (pid: number): string => (pid === process.pid ? 'another step of this worker' : `the process ${pid}`);
  const waiting = (pid: number): void => context.progress({ text: `${path} is being changed by ${who(pid)}` });
  try {
    const timeoutMs = context.task.timeoutMs * WAITED;
    return await withLock(folder, { timeoutMs, signal: context.signal, waiting }, work);
  } catch (error) {
    if (error instanceof LockTimeout) {
      throw new StepError('CHECK_FAILED', `${path} is being changed by ${who(error.pid)}, which does not end.`, {
        hint: 'See what that one waits for; then retry.',
        cause: error,
      });
    }
    if (context.signal.aborted) {
      throw new StepError('CANCELLED', `Waiting for ${path} was called off.`, { cause: error });
    }
    throw error;
  }
}

/** Folder of the locks of this user. Another one's is not believed, whoever may have made it first. */
async function lockRoot(): Promise<string> {
  const user = process.getuid?.() ?? 0;
  const root = join(tmpdir(), `golive-locks-${user}`);
  await mkdir(root, { mode: 0o700 }).catch((error: unknown) => {
    if (errnoOf(error) !== 'EEXIST') throw error;
  });
  const info = await lstat(root);
  if (info.isDirectory() && (process.getuid === undefined || info.uid === user)) return root;
  throw new StepError('EXPECTATION_FAILED', `${root}, where locks of files stand, belongs to somebody else.`, {
    hint: 'See who made it, and take it away.',
  });
}
