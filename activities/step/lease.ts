import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StepError } from './step-error.js';
import { unwritable } from './unwritable.js';
import { errnoOf } from '../../host/errno.js';

/** The right to write for one step: the last attempt that took it has it. Of the journal, and no part of the record. */
export interface Lease {
  /** An earlier attempt had it, so that what that one left is here. */
  takenOver: boolean;
  /** @throws StepError CANCELLED when a later attempt has taken over */
  mayWrite(): Promise<void>;
}

/**
 * Takes the lease of a step over from every earlier attempt.
 *
 * @param path of the lease; its folder is made
 * @param earlier leases of earlier epochs: an attempt there, on a worker that was only cut off, must find itself replaced
 * @param token unique for this attempt
 * @param step its name, for people
 * @throws StepError EVIDENCE_UNWRITABLE
 */
export async function acquireLease(
  path: string,
  earlier: readonly string[],
  token: string,
  step: string,
): Promise<Lease> {
  let takenOver: boolean;
  try {
    await mkdir(dirname(path), { recursive: true });
    takenOver = await replaceLease(path, token);
    if (!takenOver) await writeFile(path, token);
    await Promise.all(earlier.map((other) => replaceLease(other, token)));
  } catch (error) {
    throw unwritable('write', dirname(path), error);
  }
  return {
    takenOver,
    mayWrite: async () => {
      const holder = await readFile(path, 'utf8').catch(() => undefined);
      if (holder === token) return;
      throw new StepError('CANCELLED', `A later attempt of step ${step} has taken over; this one writes no more.`);
    },
  };
}

/** Takes over a lease that exists; an epoch that never came to act has none. @returns whether there was one */
async function replaceLease(path: string, token: string): Promise<boolean> {
  try {
    const file = await open(path, 'r+');
    try {
      await file.truncate();
      await file.writeFile(token);
      return true;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    return false;
  }
}
