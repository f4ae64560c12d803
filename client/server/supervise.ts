import { setTimeout as sleep } from 'node:timers/promises';
import { configuredEndpoint, connect, type Endpoint } from './connection.js';
import { CliError, messageOf } from '../errors.js';
import { findTemporal } from './find-temporal.js';
import { ensureServer, serverStatus, stopServer } from './local-server.js';
import { ensureWorker, requireWorker, stopWorker, workerStatus } from './local-worker.js';
import { stateDir as defaultStateDir } from './paths.js';
import { SEARCH_ATTRIBUTE_NAMES } from '../../model/state/search-attributes.js';
import { ensureSearchAttributes } from './search-attributes.js';

/** What `golive up` brought up, or found running. */
export interface UpState {
  server: {
    address: string;
    namespace: string;
    /** Absent for a server that golive does not run. */
    uiUrl?: string;
    pid?: number;
    version?: string;
    started: boolean;
    /** False when TEMPORAL_ADDRESS or temporal.toml names it: golive neither starts nor stops it. */
    local: boolean;
  };
  worker: { pid: number; started: boolean; taskQueue: string };
  stateDir: string;
}

export interface UpOptions {
  report: (line: string) => void;
  ports?: { grpc?: number; ui?: number };
  durable?: boolean;
  stateDir?: string;
  /** Worker script; by default the built worker. */
  entry?: string;
}

const TASK_QUEUE = 'golive';
/** Deaths within a minute after which `golive up` gives up: the fault does not go away by itself. */
const MAX_DEATHS = 5;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Brings up the server (the configured one, or the local one) and a worker for it. A server that it started is stopped again
 * when the worker cannot be started.
 * @throws CliError (exit 2)
 */
export async function bringUp(options: UpOptions): Promise<UpState> {
  requireWorker(options.entry);
  const folder = options.stateDir ?? defaultStateDir();
  const endpoint = configuredEndpoint();
  const server = endpoint ? await useConfigured(endpoint, options) : await useLocal(folder, options);
  try {
    const worker = await ensureWorker({
      report: options.report,
      stateDir: folder,
      address: server.address,
      namespace: server.namespace,
      taskQueue: TASK_QUEUE,
      entry: options.entry,
    });
    return { server, worker: { ...worker, taskQueue: TASK_QUEUE }, stateDir: folder };
  } catch (error) {
    if (server.local && server.started) await stopServer(folder);
    throw error;
  }
}

async function useLocal(folder: string, { report, ports, durable }: UpOptions): Promise<UpState['server']> {
  const info = await ensureServer({ report, stateDir: folder, ports, durable });
  const { address, namespace, uiUrl, pid, version, started } = info;
  return { address, namespace, uiUrl, pid, version, started, local: true };
}

async function useConfigured(endpoint: Endpoint, { report, ports, durable }: UpOptions): Promise<UpState['server']> {
  if (ports?.grpc !== undefined || ports?.ui !== undefined || durable) {
    throw new CliError('--port, --ui-port and --durable are for the local server, but another one is configured.', {
      exitCode: 2,
      where: `${endpoint.address} (${endpoint.source})`,
      hint: 'Leave them out, or unset TEMPORAL_ADDRESS.',
    });
  }
  report(`Using the Temporal server at ${endpoint.address} (${endpoint.source})`);
  const open = await connect();
  try {
    await ensureSearchAttributes(open.client.connection, open.namespace);
  } catch (error) {
    // Temporal Cloud has no operator service: there they are registered by hand.
    report(messageOf(error));
    report(`If a go-live does not start, register these as Keyword: ${SEARCH_ATTRIBUTE_NAMES.join(', ')}`);
  } finally {
    await open.close();
  }
  return { address: open.address, namespace: open.namespace, started: false, local: false };
}

/**
 * Brings everything up and stays until SIGINT, SIGTERM or SIGHUP; starts again what dies meanwhile; at the end stops what it
 * started. Returns at once when all ran already.
 * @param onUp called when everything is ready
 * @throws CliError (exit 2) when it does not come up, or dies again and again; what was started is stopped then too
 */
export async function stayUp(options: UpOptions, onUp: (state: UpState) => void): Promise<void> {
  requireWorker(options.entry);
  const folder = options.stateDir ?? defaultStateDir();
  // Getting the binary may take minutes, and an interrupt must then end golive at once: so before the signals are caught.
  if (!configuredEndpoint() && !serverStatus(folder).running) await findTemporal(options.report);
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    const state = await bringUp({ ...options, stateDir: folder });
    if (!stop.signal.aborted) onUp(state);
    try {
      if (state.server.started || state.worker.started) await watch(state, options, stop.signal);
    } finally {
      await takeDown(state, options.report);
    }
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal);
  }
}

async function takeDown({ server, worker, stateDir }: UpState, report: (line: string) => void): Promise<void> {
  if (worker.started) {
    report('Stopping the worker …');
    const { killed } = await stopWorker(stateDir);
    if (killed) report('It did not end in 15 s and was killed; the next worker takes up what it left.');
  }
  if (server.local && server.started) {
    report('Stopping the server …');
    await stopServer(stateDir);
  }
}

async function watch(state: UpState, { report, entry }: UpOptions, stop: AbortSignal): Promise<void> {
  const { server, worker, stateDir } = state;
  const { address, namespace } = server;
  const deaths: number[] = [];
  const mourn = (what: string): void => {
    deaths.push(Date.now());
    const recent = deaths.filter((at) => at > Date.now() - 60_000).length;
    if (recent > MAX_DEATHS) {
      throw new CliError(`Server and worker died ${recent} times within a minute.`, {
        exitCode: 2,
        where: `${stateDir}/${what}.log`,
        hint: 'Mend what the log says, then run `golive up` again.',
      });
    }
    report(`The ${what} died; starting it again.`);
  };
  while (!stop.aborted) {
    await sleep(500, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) return;
    const serverNow = serverStatus(stateDir);
    const workerNow = workerStatus(stateDir);
    // A record is removed only on purpose: someone ran `golive down`.
    if ((server.started && isRemoved(serverNow)) || (worker.started && isRemoved(workerNow))) {
      report('Stopped by `golive down`.');
      return;
    }
    if (server.started && !serverNow.running) {
      mourn('server');
      const ports = { grpc: portOf(address), ui: portOf(server.uiUrl) };
      await ensureServer({ report, stateDir, ports });
    }
    if (worker.started && !workerNow.running) {
      mourn('worker');
      await ensureWorker({ report, stateDir, address, namespace, taskQueue: TASK_QUEUE, entry });
    }
  }
}

function isRemoved(status: { running: boolean; stale?: boolean }): boolean {
  return !status.running && status.stale !== true;
}

function portOf(address: string | undefined): number | undefined {
  const port = Number(address?.split(':').at(-1));
  return Number.isInteger(port) && port > 0 ? port : undefined;
}
