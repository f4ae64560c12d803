import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StepError } from '../../activities/step/step-error.js';
import { sha256 } from '../../evidence/durable.js';
import { errnoOf } from '../../host/errno.js';
import { whileLocked, type Waiting } from './locked.js';

/**
 * Runs something on a file while no other step of golive changes it, of whatever go-live and worker of this user on this
 * machine. The lock stands in the system's folder for temporary files, for nothing of golive's is to be left beside an
 * operator's file. A process that is no golive's heeds no lock: see `changeFile`.
 *
 * @param path the file's own, links resolved: two names of one file are one lock
 * @throws StepError as `whileLocked`
 */
export async function whileFileLocked<T>(path: string, context: Waiting, work: () => Promise<T>): Promise<T> {
  return whileLocked(join(await lockRoot(), sha256(path).slice(0, 32)), path, context, work);
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
