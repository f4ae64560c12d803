import { LockTimeout, withLock as underLock } from '../../host/file-lock.js';
import { CliError } from '../errors.js';

/**
 * Runs `work` under a lock, so that two golives do not do the same thing at once.
 * @param name path of the lock, without its ending
 * @param waiting called about every 5 s while another process holds the lock
 * @throws CliError (exit 2) when the lock is not had within `timeoutMs`
 */
export async function withLock<T>(
  name: string,
  work: () => Promise<T>,
  options: { timeoutMs: number; waiting?: (holder: number) => void },
): Promise<T> {
  // Not the name alone: earlier versions left a file there.
  const folder = `${name}.d`;
  return underLock(folder, options, work).catch((error: unknown) => {
    if (!(error instanceof LockTimeout)) throw error;
    throw new CliError(
      `Another golive (process ${error.pid}) has been at this for ${options.timeoutMs / 60_000} min.`,
      { exitCode: 2, where: folder, hint: 'Wait for it, or end that process; its lock is then taken over.' },
    );
  });
}
