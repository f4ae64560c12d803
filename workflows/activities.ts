import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { SampleTask, StepResult, StepTask, SystemActivities } from '../model/state/contract.js';
import type { StepPlan } from '../model/plan/plan.js';
import type { SampleRecord } from '../model/judge/window.js';

type StepActivity = (task: StepTask) => Promise<StepResult>;

/**
 * Heartbeats come about once a second from every activity; a worker that was silent this long is taken for
 * dead. Shorter values were seen to misfire when both cores are busy.
 */
const HEARTBEAT_TIMEOUT = '5s';
/** The activity ends itself at its own timeout, with a sentence; the server's is only the net below. */
const NET_MS = 15_000;

function call(name: string, options: Parameters<typeof proxyActivities>[0], task: StepTask): Promise<StepResult> {
  const activity = proxyActivities<Record<string, StepActivity>>(options)[name];
  if (!activity) throw new Error(`no activity '${name}'`);
  return activity(task);
}

/** Runs the deed of a step. A `once` step has one attempt; the workflow opens the next epoch, never the server. */
export function runDeed(step: StepPlan, task: StepTask): Promise<StepResult> {
  const wholeMs = step.timeoutMs + (step.until?.withinMs ?? 0);
  return call(
    step.uses,
    {
      summary: step.title,
      startToCloseTimeout: wholeMs + NET_MS,
      heartbeatTimeout: HEARTBEAT_TIMEOUT,
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      retry: {
        maximumAttempts: step.effect === 'once' ? 1 : step.retry.attempts,
        initialInterval: step.retry.backoffMs,
        backoffCoefficient: 2,
        maximumInterval: '1m',
      },
    },
    task,
  );
}

/** Takes one sample of a window. A step that fails is a red sample; what is tried again is a lost worker or a full disk. */
export function takeSample(kind: string, task: SampleTask): Promise<SampleRecord> {
  const name = `sample ${kind}`;
  const activity = proxyActivities<Record<string, (task: SampleTask) => Promise<SampleRecord>>>({
    summary: `${task.title} · ${task.sample.n}`,
    startToCloseTimeout: task.timeoutMs + NET_MS,
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
  })[name];
  if (!activity) throw new Error(`no activity '${name}'`);
  return activity(task);
}

/** How often an undo is tried: it is safe twice, and the way back matters more than time. */
const UNDO_ATTEMPTS = 5;

/** Runs one call of an undo. */
export function runUndo(activity: string, title: string, task: StepTask): Promise<StepResult> {
  return call(
    activity,
    {
      summary: `undo: ${title}`,
      startToCloseTimeout: task.timeoutMs + NET_MS,
      heartbeatTimeout: HEARTBEAT_TIMEOUT,
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      retry: { maximumAttempts: UNDO_ATTEMPTS, initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
    },
    task,
  );
}

/** Checks of signatures: quick, or refused; a person waits for the answer. */
export const { checkSignatures } = proxyActivities<SystemActivities>({
  startToCloseTimeout: '20s',
  scheduleToCloseTimeout: '1m',
  heartbeatTimeout: '10s',
  retry: { maximumAttempts: 3, initialInterval: '1s' },
});

/** Files that an approval binds to: a person waits for the answer, and a large file takes a while. */
export const { checkBound } = proxyActivities<SystemActivities>({
  startToCloseTimeout: '2m',
  scheduleToCloseTimeout: '3m',
  heartbeatTimeout: '10s',
  retry: { maximumAttempts: 3, initialInterval: '1s' },
});

/** The looks of a preflight: nothing was begun, so that it may fail soon. */
export const { preflight: lookAround } = proxyActivities<SystemActivities>({
  startToCloseTimeout: '2m',
  heartbeatTimeout: '10s',
  retry: { maximumAttempts: 3, initialInterval: '1s' },
});

/** Evidence and notices. Evidence is tried for long: without it nothing passes. */
export const system = proxyActivities<SystemActivities>({
  startToCloseTimeout: '5m',
  heartbeatTimeout: '10s',
  retry: { maximumAttempts: 20, initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
});
