import {
  CancellationScope,
  ChildWorkflowCancellationType,
  executeChild,
  ParentClosePolicy,
} from '@temporalio/workflow';
import type { PhaseResult } from '../model/state.js';
import type { phase } from './phase.js';
import type { PhaseInput } from './phase-input.js';

/**
 * A `PhaseResult` when the child could not even start or was ended from outside. Fail closed: it did not pass, and
 * what it may have done is not known to be undone.
 */
function lost(input: PhaseInput, error: unknown, startedAt: string): PhaseResult {
  const cause = error instanceof Error ? ((error.cause as Error | undefined)?.message ?? error.message) : String(error);
  return {
    status: 'failed',
    verdict: 'no-go',
    sentence: `The execution of '${input.title}' was ended from outside: ${cause}`,
    steps: input.resume ?? [],
    gates: [],
    undos: [],
    startedAt,
    endedAt: new Date().toISOString(),
    events: 0,
  };
}

/**
 * Runs one phase as a child. Cancelling the surrounding scope cancels it, and this resolves only when the child has
 * really stopped, so that no undo races its deed.
 */
export async function runChild(input: PhaseInput, workflowId: string, summary: string): Promise<PhaseResult> {
  const startedAt = new Date().toISOString();
  try {
    return await executeChild<typeof phase>('phase', {
      workflowId,
      args: [input],
      staticSummary: summary,
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
      // A rollback that has begun is finished even if its parent is terminated.
      parentClosePolicy: input.bestEffort ? ParentClosePolicy.ABANDON : ParentClosePolicy.REQUEST_CANCEL,
      workflowTaskTimeout: '5s',
    });
  } catch (error) {
    return lost(input, error, startedAt);
  }
}

/** The same, within a scope that can be cancelled on its own. */
export function cancellable<T>(hold: (scope: CancellationScope) => void, run: () => Promise<T>): Promise<T> {
  const scope = new CancellationScope({ cancellable: true });
  hold(scope);
  return scope.run(run);
}
