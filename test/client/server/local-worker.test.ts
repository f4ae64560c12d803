import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureWorker, stopWorker, workerStatus } from '../../../client/server/local-worker.js';
import { waitUntil } from '../../../client/server/processes.js';
import { startTimeOf } from '../../../host/process.js';

/** Stands in for the built worker: says that it polls, and what it was told; on SIGTERM it ends after `drainMs`. */
const script = (options: { drainMs?: number; before?: string }): string => `
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
${options.before ?? ''}
const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
const told = { address: process.env.TEMPORAL_ADDRESS, namespace: process.env.TEMPORAL_NAMESPACE, child: child.pid };
writeFileSync(process.env.GOLIVE_READY_FILE + '.told', JSON.stringify(told));
writeFileSync(process.env.GOLIVE_READY_FILE, JSON.stringify({ pid: process.pid, taskQueue: process.env.GOLIVE_TASK_QUEUE }));
process.on('SIGTERM', () => { console.log('draining'); setTimeout(() => process.exit(0), ${options.drainMs ?? 0}); });
setInterval(() => undefined, 1000);
`;

let folder: string;
let entry: string;
const said: string[] = [];
const options = () => ({
  report: (line: string): void => void said.push(line),
  stateDir: folder,
  address: '127.0.0.1:7233',
  namespace: 'default',
  entry,
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'golive-worker-'));
  entry = join(folder, 'main.mjs');
  said.length = 0;
});

afterEach(async () => {
  await stopWorker(folder);
  rmSync(folder, { recursive: true, force: true });
});

function told(): { address: string; namespace: string; child: number } {
  return JSON.parse(readFileSync(join(folder, 'worker.ready.json.told'), 'utf8'));
}

describe('the local worker', () => {
  test('starts with the address in its environment, is used again, and stops with its children', async () => {
    writeFileSync(entry, script({ drainMs: 200 }));
    const first = await ensureWorker(options());
    expect(first.started).toBe(true);
    expect(told()).toMatchObject({ address: '127.0.0.1:7233', namespace: 'default' });
    expect(await ensureWorker(options())).toEqual({ pid: first.pid, started: false });

    expect(await stopWorker(folder)).toEqual({ stopped: true, killed: false });
    expect(readFileSync(join(folder, 'worker.log'), 'utf8')).toContain('draining');
    expect(startTimeOf(first.pid)).toBeUndefined();
    expect(await waitUntil(() => startTimeOf(told().child) === undefined, 5000)).toBe(true);
    expect(await stopWorker(folder)).toEqual({ stopped: false, killed: false });
  });

  test('is replaced when it serves another server', async () => {
    writeFileSync(entry, script({}));
    const first = await ensureWorker(options());
    const second = await ensureWorker({ ...options(), address: '127.0.0.1:7999' });
    expect(second.started).toBe(true);
    expect(startTimeOf(first.pid)).toBeUndefined();
    expect(told().address).toBe('127.0.0.1:7999');
  });

  test('is left alone when only the build is newer, and says so', async () => {
    writeFileSync(entry, script({}));
    const first = await ensureWorker(options());
    utimesSync(entry, new Date(), new Date(Date.now() + 60_000));
    expect(await ensureWorker(options())).toEqual({ pid: first.pid, started: false });
    expect(said.join()).toContain('older build');
  });

  test('that dies at start shows why, and leaves no record', async () => {
    writeFileSync(entry, script({ before: "throw new Error('no database here');" }));
    await expect(ensureWorker(options())).rejects.toThrow(/died\. The end of its log:[^]*no database here/);
    expect(workerStatus(folder)).toEqual({ running: false, stale: false });
  });

  test('that ignores SIGTERM is killed after the grace', async () => {
    writeFileSync(entry, script({ drainMs: 120_000 }));
    const { pid } = await ensureWorker(options());
    expect(await stopWorker(folder)).toEqual({ stopped: true, killed: true });
    expect(startTimeOf(pid)).toBeUndefined();
  }, 40_000);

  test('that is not built is named with the way out', async () => {
    await expect(ensureWorker(options())).rejects.toMatchObject({
      message: 'The worker is not built.',
      options: { exitCode: 2, where: entry, hint: 'Build it once: npm run build' },
    });
  });
});
