import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { NotedGroup } from '../../host/process-group.js';
import { STATE } from './stack-fields.js';

const LOG_BYTES = 4 * 1024 * 1024;

/** What is known of a service's process, in `.stack/<service>.json`: it outlives the worker that began it. */
export interface ServiceRecord extends NotedGroup {
  /** SHA-256 over command, environment and folder: another one means that the service must begin anew. */
  configHash: string;
  startedAt: string;
  /** Length of the log file when it began: its own lines come after. */
  logFrom: number;
}

export function readRecord(folder: string, service: string): ServiceRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, STATE, `${service}.json`), 'utf8')) as ServiceRecord;
  } catch {
    return undefined;
  }
}

export function writeRecord(folder: string, service: string, record: ServiceRecord): void {
  const path = join(folder, STATE, `${service}.json`);
  writeFileSync(`${path}.tmp`, `${JSON.stringify(record)}\n`);
  renameSync(`${path}.tmp`, path);
}

/** The lines that a service has said since it last began. */
export async function logLines(folder: string, service: string): Promise<string[]> {
  const from = readRecord(folder, service)?.logFrom ?? 0;
  const file = await open(join(folder, STATE, `${service}.log`)).catch(() => undefined);
  if (!file) return [];
  try {
    const { size } = await file.stat();
    const start = Math.max(Math.min(from, size), size - LOG_BYTES);
    const bytes = Buffer.alloc(size - start);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
    return bytes
      .subarray(0, bytesRead)
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
  } finally {
    await file.close();
  }
}
