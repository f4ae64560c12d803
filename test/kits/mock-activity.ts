import { ActivityCancellationDetails, CancelledFailure, type Logger, noopMetricMeter } from '@temporalio/common';
import { asyncLocalStorage, Context, type Info } from '@temporalio/activity';

type Reason = 'CANCELLED' | 'WORKER_SHUTDOWN';

const none = (): void => undefined;
/** What an activity logs by Temporal's own logger is not told; golive's logs by another. */
const SILENT: Logger = { log: none, trace: none, debug: none, info: none, warn: none, error: none };

const INFO: Info = {
  attempt: 1,
  taskQueue: 'test',
  isLocal: false,
  taskToken: Buffer.from('test'),
  base64TaskToken: Buffer.from('test').toString('base64'),
  activityId: 'test',
  activityType: 'unknown',
  workflowType: 'test',
  heartbeatTimeoutMs: undefined,
  heartbeatDetails: undefined,
  activityNamespace: 'default',
  workflowNamespace: 'default',
  namespace: 'default',
  workflowExecution: { workflowId: 'test', runId: '00000000-0000-0000-0000-000000000000' },
  scheduledTimestampMs: 1,
  startToCloseTimeoutMs: 1000,
  scheduleToCloseTimeoutMs: 1000,
  currentAttemptScheduledTimestampMs: 1,
  priority: undefined,
  retryPolicy: undefined,
  activityRunId: undefined,
  inWorkflow: true,
};

/**
 * What an activity finds around it in a worker, and its cancellation. It does what `MockActivityEnvironment` of
 * `@temporalio/testing` does, which loads a server's client, a worker and its bundler: a second in each test file.
 */
export class MockActivity {
  readonly heartbeats: unknown[] = [];
  private readonly context: Context;
  private readonly stop = new AbortController();
  private readonly details: { details?: ActivityCancellationDetails } = {};
  private reject: (error: Error) => void = none;

  constructor(info: Partial<Info> = {}) {
    const cancelled = new Promise<never>((_, reject) => (this.reject = reject));
    cancelled.catch(none);
    const heartbeat = (details: unknown): void => void this.heartbeats.push(details);
    this.context = new Context(
      { ...INFO, ...info },
      cancelled,
      this.stop.signal,
      heartbeat,
      undefined,
      SILENT,
      noopMetricMeter,
      this.details,
    );
  }

  /** Runs a function as the activity. @returns what it gives */
  run<A extends unknown[], R>(activity: (...args: A) => Promise<R>, ...args: A): Promise<R> {
    return asyncLocalStorage.run(this.context, () => activity(...args));
  }

  cancel(reason: Reason = 'CANCELLED'): void {
    const how = reason === 'CANCELLED' ? { cancelRequested: true } : { workerShutdown: true };
    this.details.details = new ActivityCancellationDetails(how);
    const error = new CancelledFailure(reason);
    this.stop.abort(error);
    this.reject(error);
  }
}
