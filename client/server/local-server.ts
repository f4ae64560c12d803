import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { isAlive } from '../../host/process.js';
import { CliError, messageOf } from '../errors.js';
import { findTemporal, type TemporalBinary } from './find-temporal.js';
import { withLock } from './lock.js';
import { stateDir as defaultStateDir } from './paths.js';
import { accepts, firstFree, isPortFree } from './ports.js';
import { type Daemon, logTail, startDaemon, stopProcess, waitUntil } from './processes.js';
import {
  type PortsRecord,
  portsRecord,
  readRecord,
  removeRecord,
  type ServerRecord,
  serverRecord,
  writeRecord,
} from './records.js';
import { ensureSearchAttributes } from './search-attributes.js';
import { type ServerStart, serverArgs, serverEnv } from './server-flags.js';

const NAMESPACE = 'default';
const DEFAULT_PORTS = { grpc: 7233, ui: 8233 };
/** A cold start takes 1–3 s; a busy machine or a big database longer. */
const READY_MS = 60_000;
const STOP_GRACE_MS = 15_000;

/** The local server as callers see it. */
export interface ServerInfo {
  /** host:port of the gRPC API. */
  address: string;
  namespace: string;
  uiUrl: string;
  pid?: number;
  /** True when this call started it, false when it ran already. */
  started: boolean;
  version: string;
  dbFile: string;
}

export interface EnsureServerOptions {
  report: (line: string) => void;
  /** Folder of state, log and pid; by default that of the current project. */
  stateDir?: string;
  /** Ports that must be used. Without them: those it had last, else 7233 and 8233, when free; else random ones. */
  ports?: { grpc?: number; ui?: number; http?: number };
  /** Write each commit through to the disk before it is answered. */
  durable?: boolean;
  /** Dynamic configuration of the server beside golive's own, by key. */
  settings?: ServerStart['settings'];
}

/** The server recorded in a state folder. */
export type ServerStatus = { running: false; stale: boolean } | { running: true; server: ServerInfo; durable: boolean };

const recordFile = (folder: string): string => join(folder, 'server.json');
const portsFile = (folder: string): string => join(folder, 'ports.json');
const logFile = (folder: string): string => join(folder, 'server.log');
const withStateLock = <T>(folder: string, work: () => Promise<T>): Promise<T> =>
  withLock(join(folder, 'server.lock'), work, { timeoutMs: 120_000 });

/** Tells whether the local server of a state folder runs. A record whose process has gone (or whose pid is another process now) is `stale`. */
export function serverStatus(folder: string): ServerStatus {
  const record = readRecord(recordFile(folder), serverRecord);
  if (record === undefined || !isAlive(record)) return { running: false, stale: record !== undefined };
  return { running: true, server: infoOf(record, false), durable: record.durable };
}

/**
 * Makes sure that the local Temporal server of a project runs, answers, and knows golive's search attributes.
 * @throws CliError (exit 2) when no server can be had, a wanted port is taken, or it dies or stays silent (with the end of its log)
 */
export async function ensureServer(options: EnsureServerOptions): Promise<ServerInfo> {
  const folder = options.stateDir ?? defaultStateDir();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const running = await reuse(folder, options);
  if (running) return running;
  // Before the lock: getting the binary may take minutes and has a lock of its own.
  const temporal = await findTemporal(options.report);
  return await withStateLock(
    folder,
    async () => (await reuse(folder, options)) ?? (await start(folder, temporal, options)),
  );
}

/** Ends the local server of a state folder; its database stays. `stopped` is false when none ran. */
export async function stopServer(folder: string): Promise<{ stopped: boolean }> {
  const record = readRecord(recordFile(folder), serverRecord);
  if (record === undefined) return { stopped: false };
  return await withStateLock(folder, async () => {
    const end = await stopProcess(record, STOP_GRACE_MS);
    removeRecord(recordFile(folder));
    return { stopped: end !== 'absent' };
  });
}

async function reuse(folder: string, { report, ports, durable }: EnsureServerOptions): Promise<ServerInfo | undefined> {
  const record = readRecord(recordFile(folder), serverRecord);
  if (record === undefined) return undefined;
  if (!isAlive(record)) {
    report(
      `The server recorded in ${recordFile(folder)} (process ${record.pid}) runs no more; starting again on its database.`,
    );
    return undefined;
  }
  if (ports?.grpc !== undefined && record.address !== `127.0.0.1:${ports.grpc}`) {
    throw new CliError(`The local server runs already, at ${record.address} and not at port ${ports.grpc}.`, {
      exitCode: 2,
      where: recordFile(folder),
      hint: 'Stop it first with `golive down`, or leave the port out.',
    });
  }
  if (durable === true && !record.durable) {
    report('The local server runs without --durable; `golive down` and `golive up --durable` change that.');
  }
  await waitReady(record, () => isAlive(record), folder, 0);
  return infoOf(record, false);
}

/** Starts the server. A port that golive chose itself may be taken by someone else before the server has it: then it chooses anew. */
async function start(folder: string, temporal: TemporalBinary, options: EnsureServerOptions): Promise<ServerInfo> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(folder, temporal, options, attempt);
    } catch (error) {
      if (attempt === 3 || !messageOf(error).includes('address already in use')) throw error;
      options.report('A port was taken meanwhile; choosing others.');
    }
  }
}

async function startOnce(
  folder: string,
  temporal: TemporalBinary,
  options: EnsureServerOptions,
  attempt: number,
): Promise<ServerInfo> {
  const plan: ServerStart = {
    // After "address already in use" the last ones are not tried again.
    ports: await choosePorts(options.ports ?? {}, attempt === 1 ? lastPorts(folder) : undefined),
    dbFile: join(folder, 'temporal.db'),
    durable: options.durable ?? false,
    ...(options.settings ? { settings: options.settings } : {}),
  };
  options.report(`Starting Temporal ${temporal.version}, from ${temporal.source} (${temporal.path})`);
  const daemon = await startDaemon({
    command: temporal.path,
    args: serverArgs(plan),
    env: serverEnv(process.env),
    cwd: folder,
    logFile: logFile(folder),
  });
  const record: ServerRecord = {
    pid: daemon.pid,
    startTime: daemon.startTime,
    address: `127.0.0.1:${plan.ports.grpc}`,
    namespace: NAMESPACE,
    uiUrl: `http://127.0.0.1:${plan.ports.ui}`,
    httpAddress: `127.0.0.1:${plan.ports.http}`,
    version: temporal.version,
    binary: temporal.path,
    dbFile: plan.dbFile,
    durable: plan.durable,
  };
  // Written before it answers, so that a golive killed meanwhile leaves a server that `golive down` finds.
  writeRecord(recordFile(folder), record);
  try {
    await waitReady(record, () => hasNotExited(daemon), folder, daemon.logOffset);
  } catch (error) {
    await stopProcess(daemon, STOP_GRACE_MS);
    removeRecord(recordFile(folder));
    throw error;
  }
  writeRecord(portsFile(folder), plan.ports);
  return infoOf(record, true);
}

/** The ports that the server of this folder had last: addresses that people noted, and clients that wait, stay right. */
function lastPorts(folder: string): PortsRecord | undefined {
  try {
    return readRecord(portsFile(folder), portsRecord);
  } catch {
    // It names no process: one that cannot be read is written anew.
    return undefined;
  }
}

function hasNotExited({ child }: Daemon): boolean {
  return child.exitCode === null && child.signalCode === null;
}

async function choosePorts(
  wanted: NonNullable<EnsureServerOptions['ports']>,
  last: PortsRecord | undefined,
): Promise<ServerStart['ports']> {
  for (const port of [wanted.grpc, wanted.ui, wanted.http]) {
    if (port !== undefined && !(await isPortFree(port))) {
      throw new CliError(`Port ${port} is taken by another process.`, {
        exitCode: 2,
        where: `127.0.0.1:${port}`,
        hint: 'Choose another port, or leave it out to get a free one. A Temporal server that is yours can be used with TEMPORAL_ADDRESS.',
      });
    }
  }
  return {
    grpc: wanted.grpc ?? (await firstFree(last?.grpc, DEFAULT_PORTS.grpc)),
    ui: wanted.ui ?? (await firstFree(last?.ui, DEFAULT_PORTS.ui)),
    http: wanted.http ?? (await firstFree(last?.http)),
  };
}

/** Waits for the health check, the namespace and the search attributes. */
async function waitReady(record: ServerRecord, lives: () => boolean, folder: string, logOffset: number): Promise<void> {
  const [host = '', port] = record.address.split(':');
  const open = await waitUntil(async () => !lives() || (await accepts(host, Number(port), 500)), READY_MS);
  if (!lives()) throw died(record, folder, logOffset);
  let reason = `nothing listens at ${record.address}`;
  if (open) {
    const connection = Connection.lazy({ address: record.address });
    try {
      const ready = await waitUntil(
        async () => {
          try {
            await connection.withDeadline(Date.now() + 5000, () => checkOnce(connection, record.namespace));
            return true;
          } catch (error) {
            reason = messageOf(error);
            return !lives();
          }
        },
        READY_MS,
        100,
      );
      if (!lives()) throw died(record, folder, logOffset);
      if (ready) {
        await ensureSearchAttributes(connection, record.namespace);
        return;
      }
    } finally {
      await connection.close();
    }
  }
  throw new CliError(`The local Temporal server does not answer after ${READY_MS / 1000} s: ${reason}.`, {
    exitCode: 2,
    where: logFile(folder),
    hint: 'Look at its log; `golive down` and `golive up` start it anew on the same database.',
  });
}

async function checkOnce(connection: Connection, namespace: string): Promise<void> {
  const service = 'temporal.api.workflowservice.v1.WorkflowService';
  const answer = await connection.healthService.check({ service });
  const status: number | null | undefined = answer.status;
  // grpc.health.v1.HealthCheckResponse.ServingStatus.SERVING
  if (status !== 1) throw new Error(`its health check says ${status}, not SERVING`);
  await connection.workflowService.describeNamespace({ namespace });
  await connection.workflowService.listWorkflowExecutions({ namespace, pageSize: 1 });
}

function died(record: ServerRecord, folder: string, logOffset: number): CliError {
  const tail = logTail(logFile(folder), 12, logOffset);
  return new CliError(`The local Temporal server (process ${record.pid}) died. The end of its log:\n${tail}`, {
    exitCode: 2,
    where: logFile(folder),
    hint: `If the database is at fault, move ${record.dbFile} (and its -wal and -shm) away: go-lives that run in it are lost with it.`,
  });
}

function infoOf(record: ServerRecord, started: boolean): ServerInfo {
  const { address, namespace, uiUrl, pid, version, dbFile } = record;
  return { address, namespace, uiUrl, pid, started, version, dbFile };
}
