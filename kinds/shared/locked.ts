import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { acquireLock, LockTimeout, type Release } from '../../host/file-lock.js';

/** The part of a step's time that may be waited, so that the error can name the one that was waited for. */
const WAITED = 0.8;

/** What of a step's context waiting for a lock takes. */
export type Waiting = Pick<StepContext, 'task' | 'signal' | 'progress'>;

/**
 * Runs something while no other step, of whatever go-live and worker, works on the same thing. While it is waited, the
 * step says for whom. Errors of the work are its own.
 *
 * @param lock absolute path of the folder of the lock
 * @param what the thing, as people know it
 * @throws StepError CHECK_FAILED that names the process that does not let it go; CANCELLED when the step was stopped first
 */
export async function whileLocked<T>(lock: string, what: string, context: Waiting, work: () => Promise<T>): Promise<T> {
  const release = await lockOf(lock, what, context);
  try {
    return await work();
  } finally {
    await release();
  }
}

async function lockOf(lock: string, what: string, { task, signal, progress }: Waiting): Promise<Release> {
  const who = (pid: number): string => (pid === process.pid ? 'another step of this worker' : `the process ${pid}`);
  const waiting = (pid: number): void => progress({ text: `${what} is being changed by ${who(pid)}` });
  try {
    return await acquireLock(lock, { timeoutMs: task.timeoutMs * WAITED, signal, waiting });
  } catch (error) {
    if (error instanceof LockTimeout) {
      throw new StepError('CHECK_FAILED', `${what} is being changed by ${who(error.pid)}, which does not end.`, {
        hint: 'See what that one waits for; then retry.',
        cause: error,
      });
    }
    if (signal.aborted) throw new StepError('CANCELLED', `Waiting for ${what} was called off.`, { cause: error });
    throw error;
  }
}
