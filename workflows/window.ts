import { ChildWorkflowCancellationType, executeChild, ParentClosePolicy } from '@temporalio/workflow';
import type { StepResult, StepTask } from '../model/state/contract.js';
import type { WindowPlan } from '../model/judge/window.js';
import { system } from './activities.js';
import type { monitorWindow } from './monitor-window.js';

/** The workflow of a step's window, by what it is of: a replay under another id must find the same. */
export function windowId({ goLive, phase, phaseAttempt, step, epoch }: StepTask): string {
  const nth = (count: number): string => (count > 1 ? `.${count}` : '');
  return `${goLive.id}/${phase}${nth(phaseAttempt)}/${step}${nth(epoch)}`;
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
