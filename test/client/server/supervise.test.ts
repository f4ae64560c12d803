import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureServer, serverStatus, stopServer } from '../../../client/server/local-server.js';
import { stopWorker, workerStatus } from '../../../client/server/local-worker.js';
import { randomPort } from '../../../client/server/ports.js';
import { signal, waitUntil } from '../../../client/server/processes.js';
import { isAlive } from '../../../host/process.js';
import { bringUp, stayUp, type UpState } from '../../../client/server/supervise.js';

const WORKER = `
import { writeFileSync } from 'node:fs';
writeFileSync(process.env.GOLIVE_READY_FILE, JSON.stringify({ pid: process.pid, taskQueue: process.env.GOLIVE_TASK_QUEUE }));
process.on('SIGTERM', () => process.exit(0));
setInterval(() => undefined, 1000);
`;
const NAMES = ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE'];

let folder: string;
let said: string[];
const saved = new Map(NAMES.map((name) => [name, process.env[name]]));

async function options() {
  const entry = join(folder, 'main.mjs');
  writeFileSync(entry, WORKER);
  const ports = { grpc: await randomPort(), ui: await randomPort() };
  return { report: (line: string): void => void said.push(line), stateDir: folder, ports, entry };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'golive-up-'));
  said = [];
  for (const name of NAMES) delete process.env[name];
  process.env['TEMPORAL_CONFIG_FILE'] = join(folder, 'none.toml');
});

afterEach(async () => {
  await stopWorker(folder);
  await stopServer(folder);
  rmSync(folder, { recursive: true, force: true });
  for (const [name, value] of saved) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

/** Starts `stayUp` and waits until everything is ready. */
async function up(wish: Awaited<ReturnType<typeof options>>): Promise<{ state: UpState; end: Promise<void> }> {
  let end: Promise<void> = Promise.resolve();
  const state = await new Promise<UpState>((resolve, reject) => {
    end = stayUp(wish, resolve);
    end.catch(reject);
  });
  return { state, end };
}

describe('golive up in the foreground', () => {
  test('starts again what is killed, and leaves nothing at SIGINT', async () => {
    const { state, end } = await up(await options());
    expect(state.server).toMatchObject({ started: true, local: true });
    signal(state.worker.pid, 'SIGKILL');
    const revived = (): boolean => {
      const status = workerStatus(folder);
      return status.running && status.worker.pid !== state.worker.pid;
    };
    expect(await waitUntil(revived, 20_000)).toBe(true);

    signal(state.server.pid ?? 0, 'SIGKILL');
    const serverBack = (): boolean => {
      const status = serverStatus(folder);
      return status.running && status.server.pid !== state.server.pid;
    };
    expect(await waitUntil(serverBack, 30_000)).toBe(true);
    const now = serverStatus(folder);
    expect(now).toMatchObject({ running: true, server: { address: state.server.address, uiUrl: state.server.uiUrl } });

    process.emit('SIGINT');
    await end;
    expect(serverStatus(folder)).toEqual({ running: false, stale: false });
    expect(workerStatus(folder)).toEqual({ running: false, stale: false });
    expect(said).toEqual(
      expect.arrayContaining(['The worker died; starting it again.', 'The server died; starting it again.']),
    );
  }, 90_000);

  test('ends when `golive down` stops it, and does not fight it', async () => {
    const { state, end } = await up(await options());
    await stopWorker(folder);
    await stopServer(folder);
    await end;
    expect(said).toContain('Stopped by `golive down`.');
    expect(isAlive({ pid: state.server.pid ?? 0, startTime: '' })).toBe(false);
    expect(serverStatus(folder).running).toBe(false);
  }, 60_000);
});

describe('golive up', () => {
  test('stops the server it started when the worker does not come up', async () => {
    const wish = await options();
    writeFileSync(wish.entry, 'process.exit(7);');
    await expect(bringUp(wish)).rejects.toThrow(/The worker \(process \d+\) died/);
    expect(serverStatus(folder)).toEqual({ running: false, stale: false });
  }, 60_000);

  test('uses the server of TEMPORAL_ADDRESS and starts only a worker', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'golive-elsewhere-'));
    try {
      const ports = { grpc: await randomPort(), ui: await randomPort() };
      const { address } = await ensureServer({ report: () => undefined, stateDir: elsewhere, ports });
      process.env['TEMPORAL_ADDRESS'] = address;
      const wish = await options();
      await expect(bringUp(wish)).rejects.toThrow('--port, --ui-port and --durable are for the local server');
      const state = await bringUp({ ...wish, ports: {} });
      expect(state).toMatchObject({ server: { address, local: false, started: false }, worker: { started: true } });
      expect(serverStatus(folder)).toEqual({ running: false, stale: false });
    } finally {
      await stopServer(elsewhere);
      rmSync(elsewhere, { recursive: true, force: true });
    }
  }, 60_000);
});
