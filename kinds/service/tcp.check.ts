import { connect, type LookupFunction } from 'node:net';
import type { tcpCheck as kind } from './tcp.check.kind.js';
import { formatDuration } from '../../model/duration.js';
import { reasonOf } from '../../activities/step/connection.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

export const tcpCheck: HandlerOf<typeof kind> = {
  async check({ host, port, timeout }, { signal, reach }) {
    await connected({ host, port, lookup: reach(host, port) }, timeout, signal);
    return `${host}:${port} answers.`;
  },
  async do({ host, port, timeout }, { signal, reach }) {
    const lookup = reach(host, port);
    const begun = performance.now();
    await connected({ host, port, lookup }, timeout, signal);
    const ms = Math.round(performance.now() - begun);
    return { outputs: { connected: true, ms }, summary: `${host}:${port} answers (${ms} ms)` };
  },
};

async function connected(
  target: { host: string; port: number; lookup: LookupFunction },
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { host, port } = target;
  const timeout = AbortSignal.timeout(Math.max(1, timeoutMs));
  const either = AbortSignal.any([signal, timeout]);
  const socket = connect(target);
  const stop = (): void => void socket.destroy(new Error('stopped'));
  either.addEventListener('abort', stop, { once: true });
  if (either.aborted) stop();
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
  } catch (cause) {
    if (cause instanceof StepError) throw cause;
    if (signal.aborted) throw new StepError('CANCELLED', `The check of ${host}:${port} was stopped.`);
    const reason = timeout.aborted ? `no connection within ${formatDuration(timeoutMs)}` : reasonOf(cause);
    throw new StepError('CONNECTION_FAILED', `${host}:${port} does not answer: ${reason}.`);
  } finally {
    either.removeEventListener('abort', stop);
    socket.destroy();
  }
}
