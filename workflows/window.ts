import { ChildWorkflowCancellationType, executeChild, ParentClosePolicy, workflowInfo } from '@temporalio/workflow';
import type { StepResult, StepTask } from '../model/contract.js';
import type { WindowPlan } from '../model/window.js';
import { system } from './activities.js';
import type { monitorWindow } from './monitor-window.js';

/** The workflow of a step's window. */
export function windowId({ step, epoch }: Pick<StepTask, 'step' | 'epoch'>): string {
  return `${workflowInfo().workflowId}/${step}${epoch > 1 ? `.${epoch}` : ''}`;
}

/** Has a step taken on a rhythm by a workflow of its own, and gives what its samples came to. */
export async function runWindow(uses: string, plan: WindowPlan, task: StepTask): Promise<StepResult> {
  const evidence = { task, kind: uses, plan };
  await system.windowEvidence(evidence);
  const { tally } = await executeChild<typeof monitorWindow>('monitorWindow', {
    workflowId: windowId(task),
    args: [{ uses, plan, task }],
    staticSummary: task.title,
    cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    workflowTaskTimeout: '5s',
  });
  return system.windowEvidence({ ...evidence, tally });
}
