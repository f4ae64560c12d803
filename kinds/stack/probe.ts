import { connect } from 'node:net';
import { request } from 'undici';
import type { ReadyProbe } from './definition.js';
import type { StackContext } from './contract.js';
import { errnoOf } from '../../host/errno.js';

const PROBE_MS = 2000;

/**
 * Looks once whether a service is ready.
 *
 * @returns undefined when it is (or when it has no probe), otherwise what is missing, in a few words
 */
export async function probe(
  ready: ReadyProbe | undefined,
  context: Pick<StackContext, 'run'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!ready) return undefined;
  if ('tcp' in ready) return probeTcp(ready.tcp.host, ready.tcp.port, signal);
  if ('http' in ready) return probeHttp(ready.http.url, ready.http.status, signal);
  const { exitCode, stderr } = await context.run({ argv: ready.command, timeoutMs: PROBE_MS * 5 });
  return exitCode === 0
    ? undefined
    : `${ready.command[0]} ended with code ${exitCode} ${stderr.trim().slice(-200)}`.trim();
}

function probeTcp(host: string, port: number, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal });
    const end = (answer: string | undefined): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(PROBE_MS, () => end(`${host}:${port} did not answer`));
    socket.once('connect', () => end(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) => end(`${host}:${port} ${error.code ?? error.message}`));
  });
}

async function probeHttp(url: string, status: number, signal: AbortSignal): Promise<string | undefined> {
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(PROBE_MS)]);
    // The stack's own file names the address, and it is not among the hosts of the plan.
    const { statusCode, body } = await request(url, { signal: within, reset: true });
    // Its status is all that is asked for; what is left of it is no news.
    body.on('error', () => undefined).destroy();
    return statusCode === status ? undefined : `${url} answered ${statusCode}`;
  } catch (error) {
    return `${url} ${errnoOf(error) ?? 'did not answer'}`;
  }
}
