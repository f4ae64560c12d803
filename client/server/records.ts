import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { CliError } from '../errors.js';
import { errnoOf } from '../../host/errno.js';

const mark = { pid: z.number().int().positive(), startTime: z.string() };

/** What `server.json` holds: the local server that golive started for a project. */
export const serverRecord = z.object({
  ...mark,
  address: z.string(),
  namespace: z.string(),
  uiUrl: z.string(),
  httpAddress: z.string(),
  version: z.string(),
  binary: z.string(),
  dbFile: z.string(),
  durable: z.boolean(),
});
export type ServerRecord = z.infer<typeof serverRecord>;

/** What `worker.json` holds: the worker process that golive started for a project. */
export const workerRecord = z.object({
  ...mark,
  address: z.string(),
  namespace: z.string(),
  taskQueue: z.string(),
  entry: z.string(),
  /** Modification time of the entry file when the worker was started, in ms since 1970. */
  builtMs: z.number(),
});
export type WorkerRecord = z.infer<typeof workerRecord>;

/** What `ports.json` holds: where the local server of a project listened last. It stays when the server is stopped. */
const port = z.number().int().min(1).max(65_535);
export const portsRecord = z.object({ grpc: port, ui: port, http: port });
export type PortsRecord = z.infer<typeof portsRecord>;

/** The file that the worker writes (to `$GOLIVE_READY_FILE`) once it polls. */
export const readyRecord = z.object({ pid: z.number().int(), taskQueue: z.string() });

/**
 * Reads a record. Undefined when there is none.
 * @throws CliError when the file is there but cannot be read: it may stand for a process that runs
 */
export function readRecord<T>(file: string, schema: z.ZodType<T>): T | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new CliError('A state file of golive cannot be read.', {
      exitCode: 2,
      where: file,
      hint: 'It names the process that golive started here. Make sure that none runs any more, delete the file, and try again.',
    });
  }
}

/** Writes a record whole or not at all. */
export function writeRecord(file: string, record: ServerRecord | WorkerRecord | PortsRecord): void {
  const fresh = `${file}.${process.pid}.new`;
  writeFileSync(fresh, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  renameSync(fresh, file);
}

export function removeRecord(file: string): void {
  rmSync(file, { force: true });
}
