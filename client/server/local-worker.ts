import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../../host/process.js';
import { CliError } from '../errors.js';
import { withLock } from './lock.js';
import { workerEntry } from './paths.js';
import { logTail, startDaemon, stopProcess, waitUntil } from './processes.js';
import { readRecord, readyRecord, removeRecord, type WorkerRecord, workerRecord, writeRecord } from './records.js';

const READY_MS = 60_000;
const STOP_GRACE_MS = 15_000;

export interface EnsureWorkerOptions {
  report: (line: string) => void;
  stateDir: string;
  address: string;
  namespace: string;
  /** By default `golive`. */
  taskQueue?: string;
  /** Script to run; by default the built worker. */
  entry?: string;
}

export type WorkerStatus = { running: false; stale: boolean } | { running: true; worker: WorkerRecord };

const recordFile = (folder: string): string => join(folder, 'worker.json');
const readyFile = (folder: string): string => join(folder, 'worker.ready.json');
const logFile = (folder: string): string => join(folder, 'worker.log');
const withStateLock = <T>(folder: string, work: () => Promise<T>): Promise<T> =>
  withLock(join(folder, 'worker.lock'), work, { timeoutMs: 120_000 });

/** Tells whether the worker of a state folder runs. */
export function workerStatus(folder: string): WorkerStatus {
  const record = readRecord(recordFile(folder), workerRecord);
  if (record === undefined || !isAlive(record)) return { running: false, stale: record !== undefined };
  return { running: true, worker: record };
}

/**
 * Makes sure that a worker process of this project polls the given server.
 * One that serves another address, namespace or task queue is drained and replaced.
 * @throws CliError (exit 2) when it is not built, dies, or does not poll within 60 s (with the end of its log)
 */
export async function ensureWorker(options: EnsureWorkerOptions): Promise<{ pid: number; started: boolean }> {
  const folder = options.stateDir;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return await withStateLock(folder, async () => {
    const record = wanted(options);
    const status = workerStatus(folder);
    if (status.running) {
      if (serves(status.worker, record)) {
        if (status.worker.builtMs !== record.builtMs) {
          options.report('The worker runs an older build; `golive down` and `golive up` renew it.');
        }
        await waitReady(status.worker, folder, 0);
        return { pid: status.worker.pid, started: false };
      }
      options.report(`The worker (process ${status.worker.pid}) serves ${status.worker.address}; replacing it.`);
      await stopProcess(status.worker, STOP_GRACE_MS);
    }
    return await start(folder, record);
  });
}

/** Drains and ends the worker of a state folder; kills its group after 15 s. `stopped` is false when none ran. */
export async function stopWorker(folder: string): Promise<{ stopped: boolean; killed: boolean }> {
  const record = readRecord(recordFile(folder), workerRecord);
  if (record === undefined) return { stopped: false, killed: false };
  return await withStateLock(folder, async () => {
    const end = await stopProcess(record, STOP_GRACE_MS);
    removeRecord(recordFile(folder));
    removeRecord(readyFile(folder));
    return { stopped: end !== 'absent', killed: end === 'killed' };
  });
}

type WantedWorker = Omit<WorkerRecord, 'pid' | 'startTime'>;

/** @throws CliError (exit 2) when there is no built worker to run */
export function requireWorker(entry: string = workerEntry()): void {
  if (statSync(entry, { throwIfNoEntry: false }) !== undefined) return;
  throw new CliError('The worker is not built.', {
    exitCode: 2,
    where: entry,
    hint: 'Build it once: npm run build',
  });
}

function wanted({
  address,
  namespace,
  taskQueue = 'golive',
  entry = workerEntry(),
}: EnsureWorkerOptions): WantedWorker {
  requireWorker(entry);
  return { address, namespace, taskQueue, entry, builtMs: statSync(entry).mtimeMs };
}

function serves(running: WorkerRecord, record: WantedWorker): boolean {
  const same = ['address', 'namespace', 'taskQueue', 'entry'] as const;
  return same.every((key) => running[key] === record[key]);
}

async function start(folder: string, wish: WantedWorker): Promise<{ pid: number; started: boolean }> {
  removeRecord(readyFile(folder));
  const daemon = await startDaemon({
    command: process.execPath,
    args: [wish.entry],
    // The whole environment: steps take their credentials from it, by name, and the SDK its TLS settings.
    env: {
      ...process.env,
      TEMPORAL_ADDRESS: wish.address,
      TEMPORAL_NAMESPACE: wish.namespace,
      GOLIVE_TASK_QUEUE: wish.taskQueue,
      GOLIVE_READY_FILE: readyFile(folder),
      GOLIVE_EVIDENCE_KEY: process.env['GOLIVE_EVIDENCE_KEY'] ?? join(folder, 'evidence-key.pem'),
    },
    cwd: process.cwd(),
    logFile: logFile(folder),
  });
  const record: WorkerRecord = { ...wish, pid: daemon.pid, startTime: daemon.startTime };
  writeRecord(recordFile(folder), record);
  try {
    await waitReady(record, folder, daemon.logOffset);
  } catch (error) {
    await stopProcess(daemon, STOP_GRACE_MS);
    removeRecord(recordFile(folder));
    throw error;
  }
  return { pid: daemon.pid, started: true };
}

async function waitReady(record: WorkerRecord, folder: string, logOffset: number): Promise<void> {
  const isReady = (): boolean => saysReady(folder, record.pid);
  const ready = await waitUntil(() => isReady() || !isAlive(record), READY_MS);
  if (ready && isAlive(record)) return;
  const what = isAlive(record) ? `does not poll after ${READY_MS / 1000} s` : 'died';
  const tail = logTail(logFile(folder), 12, logOffset);
  throw new CliError(`The worker (process ${record.pid}) ${what}. The end of its log:\n${tail}`, {
    exitCode: 2,
    where: logFile(folder),
    hint: 'Mend what the log says, then run `golive up` again.',
  });
}

function saysReady(folder: string, pid: number): boolean {
  try {
    return readRecord(readyFile(folder), readyRecord)?.pid === pid;
  } catch {
    // Half written: the next look will tell.
    return false;
  }
}
