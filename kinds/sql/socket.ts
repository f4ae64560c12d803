import { connect, type Socket } from 'node:net';
import { reasonOf } from '../../activities/step/connection.js';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import type { SqlPlace } from './place.js';

export type { Socket } from 'node:net';

/**
 * Connects to a database with the lookup that the plan's hosts are judged by. It is what a client of the database is given,
 * so that it reaches nothing else.
 *
 * @throws StepError CONNECTION_FAILED, BAD_INPUT for a host that may not be reached
 */
export async function openSocket(
  { host, port, where, secret }: SqlPlace,
  { reach }: Pick<StepContext, 'reach'>,
  signal: AbortSignal,
): Promise<Socket> {
  const lookup = reach(host, port, secret);
  const socket = connect({ host, port, lookup });
  const stop = (): void => void socket.destroy(new Error('stopped'));
  signal.addEventListener('abort', stop, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return socket.setNoDelay(true);
  } catch (cause) {
    socket.destroy();
    if (cause instanceof StepError) throw cause;
    const reason = signal.aborted ? 'no connection in time' : reasonOf(cause);
    throw new StepError('CONNECTION_FAILED', `${where} does not answer: ${reason}.`);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
