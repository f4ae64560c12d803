import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { WORKER_SHUTDOWN } from '../model/state/contract.js';
import { changed } from './changes.js';

/** How often a worker may take a step with it before the step is given up. */
const LOST_WORKERS = 20;

/**
 * Runs an activity again on another worker when its own was drained, which is no attempt of the step, or died at the last. A deed
 * that must not be repeated is run again, too: its ledger, which died with nobody, then says whether it had begun, and
 * only a deed that had not begun, or whose probe says that it was not done, is done.
 *
 * @param run is told whether a worker died with an earlier attempt
 * @param once the deed must not be repeated
 */
export async function outlive<T>(run: (repeated: boolean) => Promise<T>, once: boolean): Promise<T> {
  let repeated = false;
  for (let lost = 0; ; lost += 1) {
    try {
      return await run(repeated);
    } catch (error) {
      if (lost >= LOST_WORKERS) throw error;
      if (workerDrained(error)) continue;
      // Histories from before 0.2 ended a `once` step here, without a look into its ledger.
      if (!workerLost(error) || (once && !changed('ledger-settles-once'))) throw error;
      repeated = true;
    }
  }
}

function workerLost(error: unknown): boolean {
  return (
    error instanceof ActivityFailure && error.cause instanceof TimeoutFailure && error.cause.timeoutType === 'HEARTBEAT'
  );
}

function workerDrained(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof ApplicationFailure &&
    error.cause.type === WORKER_SHUTDOWN
  );
}
