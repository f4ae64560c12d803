import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeDurably } from '../../evidence/durable.js';
import { StepError } from '../../activities/step/step-error.js';
import { readIfThere } from '../../evidence/folder-store.js';
import { errnoOf } from '../../host/errno.js';
import type { NotedGroup } from '../../host/process-group.js';
import { openRegular, readRegularSync } from '../../host/regular-file.js';
import { makeBackupFolder } from '../shared/backup.js';
import { jsonIn } from '../shared/json.js';
import { notRead } from '../shared/read-file.js';
import type { LogTail, StackContext } from './contract.js';
import type { ServiceDefinition } from './definition.js';
import { STATE } from './stack-fields.js';

const LOG_BYTES = 4 * 1024 * 1024;

/** What is known of a service's process, in `.stack/<service>.json`: it outlives the worker that began it. */
export interface ServiceRecord extends NotedGroup {
  /** SHA-256 over command, environment and folder: another one means that the service must begin anew. */
  configHash: string;
  startedAt: string;
  /** Length of the log file when it began: its own lines come after. */
  logFrom: number;
  /** What was begun, so that it can be begun again when the stack's file says something else; older records have none. */
  definition?: ServiceDefinition;
  /** Whose undo takes it back: the backup folder of the step that began it. */
  by?: string;
}

const recorded = z.looseObject({
  pid: z.int().min(2),
  startTime: z.string().nullable(),
  boot: z.string(),
  configHash: z.string(),
  startedAt: z.string(),
  logFrom: z.number().min(0),
  definition: z.looseObject({ name: z.string(), command: z.array(z.string()).min(1) }).optional(),
  by: z.string().optional(),
});

/** The record that a file holds. @throws StepError EXPECTATION_FAILED for one that is none, or half of one */
function recordIn(bytes: Buffer, path: string): ServiceRecord {
  const value = jsonIn(bytes.toString('utf8'));
  if (recorded.safeParse(value).success) return value as unknown as ServiceRecord;
  throw new StepError('EXPECTATION_FAILED', `The record of a service cannot be read: ${path}.`, {
    hint: 'See what still runs of the service and end it by hand; then remove that file, and retry.',
  });
}

/** The services that have a record. */
export async function recordedServices(folder: string): Promise<string[]> {
  const files = await namesIn(join(folder, STATE));
  return files.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
}

/** Names in a folder; none where it is not there. What cannot be read is not empty. */
async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  });
}

/**
 * What is known of a service's process; undefined where nothing is. A record that cannot be read may tell of a process that
 * runs, so that it is not taken for none.
 *
 * @throws StepError EXPECTATION_FAILED, NOT_FOUND, BAD_INPUT that names the file
 */
export function readRecord(folder: string, service: string): ServiceRecord | undefined {
  const path = join(folder, STATE, `${service}.json`);
  let bytes: Buffer;
  try {
    bytes = readRegularSync(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw notRead(path, 'The record of a service', error);
  }
  return recordIn(bytes, path);
}

export function writeRecord(folder: string, service: string, record: ServiceRecord): void {
  const path = join(folder, STATE, `${service}.json`);
  // For its owner alone: the environment of a service may hold credentials.
  rmSync(`${path}.tmp`, { force: true });
  writeFileSync(`${path}.tmp`, `${JSON.stringify(record)}\n`, { mode: 0o600, flush: true });
  renameSync(`${path}.tmp`, path);
}

const EARLIER = '.service.json';

/** Keeps what runs before the step replaces or begins a service, null for nothing; what an earlier attempt kept stays. */
export async function rememberEarlier(
  name: string,
  running: ServiceRecord | null,
  context: StackContext,
): Promise<void> {
  if ((await readEarlier(name, context)) !== undefined) return;
  await makeBackupFolder(context);
  await writeDurably(join(context.backups, name + EARLIER), `${JSON.stringify(running)}\n`, 0o600);
}

/** What ran before the step's first change of a service; undefined for one that it did not change. */
export async function readEarlier(name: string, { backups }: StackContext): Promise<ServiceRecord | null | undefined> {
  const path = join(backups, name + EARLIER);
  const bytes = await readIfThere(path);
  if (bytes === undefined) return undefined;
  return bytes.toString('utf8').trim() === 'null' ? null : recordIn(bytes, path);
}

/** The services that the step changed. */
export async function keptServices({ backups }: StackContext): Promise<string[]> {
  const files = await namesIn(backups);
  return files.filter((name) => name.endsWith(EARLIER)).map((name) => name.slice(0, -EARLIER.length));
}

export async function forgetEarlier(name: string, { backups }: StackContext): Promise<void> {
  await rm(join(backups, name + EARLIER), { force: true });
}

/** Where a service writes what it says, and where it last began in it. */
export function logPlace(folder: string, service: string): { path: string; from: number } {
  return { path: join(folder, STATE, `${service}.log`), from: readRecord(folder, service)?.logFrom ?? 0 };
}

/** The last lines that a service has said since it last began. */
export async function logLines(folder: string, service: string, tail: number): Promise<LogTail> {
  const { path, from } = logPlace(folder, service);
  const opened = await openRegular(path).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw notRead(path, 'The log of the service', error);
  });
  if (!opened) return { lines: [], shown: [], cut: false };
  const { handle: file, stats } = opened;
  try {
    const { size } = stats;
    // A log that is shorter than where the service began in it was begun anew by somebody.
    const begin = from > size ? 0 : from;
    const start = Math.max(begin, size - LOG_BYTES);
    const bytes = Buffer.alloc(size - start);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
    const text = bytes.subarray(0, bytesRead).toString('utf8');
    // What it was cut in is no whole line.
    const whole = start > begin ? text.slice(text.indexOf('\n') + 1) : text;
    const all = whole.split(/\r?\n/).filter((line) => line !== '');
    const lines = all.slice(-tail);
    return { lines, shown: lines, cut: start > begin || all.length > lines.length };
  } finally {
    await file.close();
  }
}
