import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

const CONNECT_MS = 3000;
const CALL_MS = 10_000;

/** What a step may do with Temporal schedules. */
export interface Schedules {
  paused(id: string): Promise<boolean>;
  pause(id: string, note: string): Promise<void>;
  unpause(id: string, note: string): Promise<void>;
}

/**
 * Lends the schedules of the worker's namespace, reached as its environment says (TEMPORAL_ADDRESS and the like).
 *
 * @throws StepError CONNECTION_FAILED; NOT_FOUND for a schedule that is not there
 */
export async function withSchedules<R>(
  { env, signal }: Pick<StepContext, 'env' | 'signal'>,
  work: (schedules: Schedules) => Promise<R>,
): Promise<R> {
  // Few workers ever ask for it, and it loads for as long as all kinds together.
  const { Client, Connection, ScheduleNotFoundError } = await import('@temporalio/client');
  const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: env('temporal') });
  const connection = await Connection.connect({ connectTimeout: CONNECT_MS, ...connectionOptions }).catch(
    (cause: unknown) => {
      const address = connectionOptions.address ?? 'localhost:7233';
      throw new StepError('CONNECTION_FAILED', `The Temporal server at ${address} does not answer.`, { cause });
    },
  );
  try {
    const { schedule } = new Client({ connection, namespace });
    const call = <T>(id: string, act: () => Promise<T>): Promise<T> =>
      connection
        .withAbortSignal(signal, () => connection.withDeadline(Date.now() + CALL_MS, act))
        .catch((cause: unknown) => {
          if (cause instanceof ScheduleNotFoundError) {
            throw new StepError(
              'NOT_FOUND',
              `There is no Temporal schedule ${id} in namespace ${namespace ?? 'default'}.`,
              { cause },
            );
          }
          const reason = cause instanceof Error ? cause.message : String(cause);
          throw new StepError('CONNECTION_FAILED', `Temporal schedule ${id} could not be reached: ${reason}.`, {
            cause,
          });
        });
    return await work({
      paused: (id) => call(id, async () => (await schedule.getHandle(id).describe()).state.paused),
      pause: (id, note) => call(id, () => schedule.getHandle(id).pause(note)),
      unpause: (id, note) => call(id, () => schedule.getHandle(id).unpause(note)),
    });
  } finally {
    await connection.close();
  }
}
