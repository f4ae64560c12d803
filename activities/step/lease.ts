import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
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
    mkdirSync(dirname(path), { recursive: true });
    takenOver = replaceLease(path, token);
    if (!takenOver) writeFileSync(path, token);
    for (const other of earlier) replaceLease(other, token);
  } catch (error) {
    throw unwritable('write', dirname(path), error);
  }
  return {
    takenOver,
    mayWrite: async () => {
      if (holderOf(path) === token) return;
      throw new StepError('CANCELLED', `A later attempt of step ${step} has taken over; this one writes no more.`);
    },
  };
}

function holderOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Takes over a lease that exists; an epoch that never came to act has none. @returns whether there was one */
function replaceLease(path: string, token: string): boolean {
  try {
    const file = openSync(path, 'r+');
    try {
      ftruncateSync(file);
      writeSync(file, token);
      return true;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    return false;
  }
}
