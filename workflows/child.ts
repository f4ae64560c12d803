import {
  CancellationScope,
  ChildWorkflowCancellationType,
  executeChild,
  ParentClosePolicy,
  sleep,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { PhaseResult } from '../model/state/state.js';
import { changed } from './changes.js';
import { lost } from './lost.js';
import type { phase } from './phase.js';
import type { PhaseInput } from './inputs.js';
import { unsealed } from './sealed.js';

/** How often and how long, at most, a phase that still runs under the same id is waited for: about half an hour. */
const WAITS = 65;
const MOST_WAIT_MS = 30_000;

/**
 * Runs one phase as a child. Cancelling the surrounding scope cancels it, and this resolves only when the child has
 * really stopped, so that no undo races its deed.
 *
 * @throws ApplicationFailure SEALED when its steps met the seal
 */
export async function runChild(input: PhaseInput, workflowId: string, summary: string): Promise<PhaseResult> {
  return unsealed(await runAlone(input, workflowId, summary));
}

async function runAlone(input: PhaseInput, workflowId: string, summary: string): Promise<PhaseResult> {
  const startedAt = new Date().toISOString();
  for (let waited = 0; ; waited += 1) {
    try {
      return await start(input, workflowId, summary);
    } catch (error) {
      // A reset of the go-live leaves the phase of its former run to end by itself: two of them must not act at once.
      const inTheWay = error instanceof WorkflowExecutionAlreadyStartedError;
      if (!inTheWay || waited >= WAITS || !changed('a-phase-in-the-way-ends-first')) {
        return await lost(input, error, startedAt);
      }
      const cancelled = await sleep(Math.min(MOST_WAIT_MS, 1000 * 2 ** waited)).catch((reason: unknown) => reason);
      if (cancelled) return await lost(input, cancelled, startedAt);
    }
  }
}

function start(input: PhaseInput, workflowId: string, summary: string): Promise<PhaseResult> {
  return executeChild<typeof phase>('phase', {
    workflowId,
    args: [input],
    staticSummary: summary,
    cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    // A rollback that has begun is finished even if its parent is terminated.
    parentClosePolicy: input.bestEffort ? ParentClosePolicy.ABANDON : ParentClosePolicy.REQUEST_CANCEL,
    workflowTaskTimeout: '5s',
  });
}

/** The same, within a scope that can be cancelled on its own. */
export function cancellable<T>(hold: (scope: CancellationScope) => void, run: () => Promise<T>): Promise<T> {
  const scope = new CancellationScope({ cancellable: true });
  hold(scope);
  return scope.run(run);
}
