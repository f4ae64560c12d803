import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import type { StepTask } from '../../model/state/contract.js';
import type { Effect } from '../../model/plan/plan.js';
import { LockTimeout, acquireLock } from '../../host/file-lock.js';
import { DEED_LOCK, type FencedEvidence, stepFolder } from '../step/step-evidence.js';
import { StepError } from '../step/step-error.js';
import { unwritable } from '../step/unwritable.js';

/** How often an attempt sees whether it was replaced; then it stops its command at once and lets its successor go on. */
const WATCH_MS = 500;
/**
 * How long a successor waits for it, in milliseconds: its command's grace, and for `once` also a worker that was stopped
 * for some seconds. What may be repeated goes on after its time; what may not does not.
 */
const WAIT_MS = { idempotent: 3000, once: 25_000 } as const;

const free = Promise.resolve(() => Promise.resolve());

export interface Fence {
  /** Aborted on cancel, on timeout, and when a later attempt has taken over. */
  signal: AbortSignal;
  release(): Promise<void>;
}

/**
 * Lets one attempt of a step act at a time, also when an earlier one still lives on a worker that was only stopped or
 * cut off from the server: the later one has the lease already, the earlier sees that, stops, and gives the lock up.
 *
 * @throws StepError OUTCOME_UNKNOWN when the earlier one does not, so that nobody knows what it may still do
 */
export async function acquireDeed(
  task: StepTask,
  evidence: FencedEvidence,
  effect: Effect,
  stop: AbortSignal,
): Promise<Fence> {
  const replaced = new AbortController();
  const signal = AbortSignal.any([stop, replaced.signal]);
  // Every request and every command of the step listens to it; none of them is forgotten.
  setMaxListeners(0, signal, stop);
  // One lock for all epochs: a person may open the next one while the old attempt still lives somewhere.
  const folder = stepFolder(task.goLive.evidenceDir, { ...task, epoch: 1 });
  const taken = effect === 'none' ? free : acquireLock(join(folder, DEED_LOCK), { timeoutMs: WAIT_MS[effect], signal });
  const release = await taken.catch((error: unknown) => {
    if (error instanceof LockTimeout) {
      if (effect !== 'once') return free;
      throw new StepError(
        'OUTCOME_UNKNOWN',
        `An earlier attempt of this step still lives in the process ${error.pid} and does not end.`,
        { facts: { workerPid: error.pid } },
      );
    }
    if (signal.aborted) throw new StepError('CANCELLED', 'The step was stopped before it began.', { cause: error });
    throw unwritable('lock', folder, error);
  });
  const watch = setInterval(() => {
    evidence.mayWrite().catch(() => replaced.abort());
  }, WATCH_MS);
  watch.unref();
  return {
    signal,
    release: async () => {
      clearInterval(watch);
      await release();
    },
  };
}
