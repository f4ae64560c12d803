import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { Client, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { Plan } from '../../model/plan/plan.js';
import type { Signed } from '../../model/signing/signing.js';
import type { GoLiveState } from '../../model/state/state.js';
import type { FakeWorld } from './fake-world.js';
import { type Bundle, workflowBundle } from './temporal.js';
import { eventually } from './until.js';

Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });

export interface Running {
  handle: WorkflowHandleWithFirstExecutionRunId;
  state(): Promise<GoLiveState>;
  /** Polls the state until it holds; fails after 20 s with the last state in the message. */
  until(holds: (state: GoLiveState) => boolean, what: string): Promise<GoLiveState>;
  send(name: string, message: object): Promise<{ accepted: boolean; reason?: string; text?: string }>;
  result(): Promise<GoLiveState>;
}

/**
 * A worker whose activities are the fake world's, on a task queue of its own.
 *
 * @param bundle the workflows; by default those of `dist/`
 */
export async function withWorker<T>(
  address: string,
  taskQueue: string,
  world: Pick<FakeWorld, 'activities'>,
  kinds: string[],
  run: () => Promise<T>,
  bundle: Bundle = workflowBundle(),
): Promise<T> {
  const connection = await NativeConnection.connect({ address });
  try {
    const worker = await Worker.create({
      connection,
      taskQueue,
      workflowBundle: bundle,
      activities: world.activities(kinds),
      maxHeartbeatThrottleInterval: '500ms',
      // Workflows run in this thread: starting another for each worker takes ten times longer than the worker itself.
      debugMode: true,
      identity: 'test-worker',
    });
    return await worker.runUntil(run);
  } finally {
    await connection.close();
  }
}

export async function begin(
  client: Client,
  taskQueue: string,
  plan: Plan,
  startedBy = 'tester',
  more: { planDigest?: string; signed?: Signed } = {},
): Promise<Running> {
  const handle = await client.workflow.start('goLive', {
    workflowId: plan.target.id,
    taskQueue,
    args: [{ plan, planDigest: 'p1', startedBy, ...more }],
  });
  const state = () => handle.query<GoLiveState>('state');
  return {
    handle,
    state,
    async until(holds, what) {
      return await eventually(what, 60_000, async () => {
        const now = await state();
        if (holds(now)) return now;
        throw new Error(`last ${JSON.stringify(now.phases)} ${JSON.stringify(now.waiting)}`);
      });
    },
    send: (name, message) => handle.executeUpdate(name, { args: [message] }),
    result: () => handle.result() as Promise<GoLiveState>,
  };
}
