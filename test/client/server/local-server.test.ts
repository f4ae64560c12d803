import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../../client/server/connection.js';
import { ensureServer, type ServerInfo, serverStatus, stopServer } from '../../../client/server/local-server.js';
import { randomPort } from '../../../client/server/ports.js';
import { waitUntil } from '../../../client/server/processes.js';
import { isAlive, startTimeOf } from '../../../host/process.js';
import { SEARCH_ATTRIBUTE_NAMES } from '../../../model/state/search-attributes.js';

const folder = mkdtempSync(join(tmpdir(), 'golive-server-'));
const said: string[] = [];
const report = (line: string): void => void said.push(line);
const TEMPORAL_NAMES = ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE'];
const saved = TEMPORAL_NAMES.map((name) => [name, process.env[name]] as const);

async function randomPorts(): Promise<{ grpc: number; ui: number; http: number }> {
  return { grpc: await randomPort(), ui: await randomPort(), http: await randomPort() };
}

beforeAll(() => {
  for (const name of TEMPORAL_NAMES) delete process.env[name];
  // An empty folder: the tests must not depend on a temporal.toml of the person who runs them.
  process.env['TEMPORAL_CONFIG_FILE'] = join(folder, 'none.toml');
});

afterAll(async () => {
  await stopServer(folder);
  rmSync(folder, { recursive: true, force: true });
  for (const [name, value] of saved) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

describe('the local server', () => {
  let first: ServerInfo;

  test('starts on the wanted ports, loopback only, and answers', async () => {
    const ports = await randomPorts();
    first = await ensureServer({ report, stateDir: folder, ports });
    expect(first).toMatchObject({ started: true, address: `127.0.0.1:${ports.grpc}`, namespace: 'default' });
    expect(first.dbFile).toBe(join(folder, 'temporal.db'));
    const page = await fetch(first.uiUrl);
    expect(page.status).toBe(200);
    if (process.platform === 'linux') expect(listeners(first.pid as number)).toEqual(['127.0.0.1']);
  }, 90_000);

  test('answers its HTTP API to loopback names only', async () => {
    const record = JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8')) as { httpAddress: string };
    const { request } = await import('undici');
    const url = `http://${record.httpAddress}/api/v1/namespaces`;
    expect((await request(url)).statusCode).toBe(200);
    expect((await request(url, { headers: { host: 'evil.example:80' } })).statusCode).toBe(403);
  });

  test('is found and used again', async () => {
    const again = await ensureServer({ report, stateDir: folder });
    expect(again).toEqual({ ...first, started: false });
  });

  test('refuses another port while it runs', async () => {
    await expect(ensureServer({ report, stateDir: folder, ports: { grpc: 1 } })).rejects.toThrow(/runs already/);
  });

  test('knows the search attributes as keywords, and adds one that is missing', async () => {
    const open = await connect({ stateDir: folder });
    try {
      const { operatorService } = open.client.connection;
      expect(await customAttributes(operatorService)).toMatchObject(
        Object.fromEntries(SEARCH_ATTRIBUTE_NAMES.map((name) => [name, 2])),
      );
      await operatorService.removeSearchAttributes({ namespace: 'default', searchAttributes: ['GoLiveMode'] });
      const { ensureSearchAttributes } = await import('../../../client/server/search-attributes.js');
      await waitUntil(async () => !('GoLiveMode' in (await customAttributes(operatorService))), 20_000, 200);
      expect(await ensureSearchAttributes(open.client.connection, 'default')).toEqual(['GoLiveMode']);
    } finally {
      await open.close();
    }
  }, 60_000);

  test('keeps a workflow and its search attribute over stop and start', async () => {
    const before = await connect({ stateDir: folder });
    await before.client.workflow.start('goLive', {
      workflowId: 'shop-prod',
      taskQueue: 'nobody',
      args: [],
      searchAttributes: { GoLiveTarget: ['shop-prod'] },
    });
    await before.close();

    expect(await stopServer(folder)).toEqual({ stopped: true });
    expect(startTimeOf(first.pid as number)).toBeUndefined();
    expect(await stopServer(folder)).toEqual({ stopped: false });

    const second = await ensureServer({ report, stateDir: folder, ports: await randomPorts(), durable: true });
    expect(second).toMatchObject({ started: true, dbFile: first.dbFile });
    const after = await connect({ stateDir: folder });
    try {
      const found: string[] = [];
      await waitUntil(async () => {
        for await (const run of after.client.workflow.list({ query: 'GoLiveTarget = "shop-prod"' }))
          found.push(run.workflowId);
        return found.length > 0;
      }, 10_000);
      expect(found).toContain('shop-prod');
      expect((await after.client.workflow.getHandle('shop-prod').describe()).status.name).toBe('RUNNING');
    } finally {
      await after.close();
    }
  }, 120_000);

  test('a second start meets the first and does not start twice', async () => {
    await stopServer(folder);
    const answers = await Promise.all([1, 2].map(() => ensureServer({ report, stateDir: folder })));
    expect(answers.map((answer) => answer.started).toSorted((a, b) => Number(a) - Number(b))).toEqual([false, true]);
    expect(answers[0]?.pid).toBe(answers[1]?.pid);
  }, 90_000);

  test('keeps its ports over stop and start', async () => {
    await stopServer(folder);
    const ports = await randomPorts();
    const before = await ensureServer({ report, stateDir: folder, ports });
    await stopServer(folder);
    const after = await ensureServer({ report, stateDir: folder });
    expect([after.address, after.uiUrl]).toEqual([before.address, before.uiUrl]);
  }, 90_000);

  test('connect says which namespace is missing', async () => {
    await expect(connect({ stateDir: folder, namespace: 'nowhere' })).rejects.toMatchObject({
      message: 'The Temporal server has no namespace "nowhere".',
      options: { exitCode: 2 },
    });
  });
});

describe('when things are not as recorded', () => {
  test('a pid that is another process now is neither reused nor killed', async () => {
    const stale = mkdtempSync(join(tmpdir(), 'golive-stale-'));
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
    try {
      const pid = stranger.pid as number;
      const startTime = startTimeOf(pid) as string;
      const record = {
        pid,
        startTime: `${startTime}0`,
        address: '127.0.0.1:1',
        namespace: 'default',
        uiUrl: 'http://127.0.0.1:2',
      };
      const rest = { httpAddress: '127.0.0.1:3', version: '1', binary: 'temporal', dbFile: 'x', durable: false };
      writeFileSync(join(stale, 'server.json'), JSON.stringify({ ...record, ...rest }));
      expect(serverStatus(stale)).toEqual({ running: false, stale: true });
      expect(await stopServer(stale)).toEqual({ stopped: false });
      expect(isAlive({ pid, startTime })).toBe(true);
      await expect(connect({ stateDir: stale })).rejects.toThrow('no Temporal server: run `golive up`');
    } finally {
      stranger.kill('SIGKILL');
      rmSync(stale, { recursive: true, force: true });
    }
  });

  test('a server that dies at start shows the end of its log and leaves no record', async () => {
    const broken = mkdtempSync(join(tmpdir(), 'golive-broken-'));
    try {
      writeFileSync(join(broken, 'temporal.db'), 'this is no database, '.repeat(100));
      await expect(ensureServer({ report, stateDir: broken, ports: await randomPorts() })).rejects.toThrow(
        /died\. The end of its log:\n.*(not a database|database)/s,
      );
      expect(serverStatus(broken)).toEqual({ running: false, stale: false });
    } finally {
      rmSync(broken, { recursive: true, force: true });
    }
  }, 60_000);

  test('a record that cannot be read is not taken for none', async () => {
    const torn = mkdtempSync(join(tmpdir(), 'golive-torn-'));
    try {
      writeFileSync(join(torn, 'server.json'), '{"pid": 12');
      expect(() => serverStatus(torn)).toThrow(/cannot be read/);
    } finally {
      rmSync(torn, { recursive: true, force: true });
    }
  });
});

interface OperatorService {
  listSearchAttributes(request: { namespace: string }): Promise<{ customAttributes?: Record<string, number> | null }>;
}

async function customAttributes(service: OperatorService): Promise<Record<string, number>> {
  return (await service.listSearchAttributes({ namespace: 'default' })).customAttributes ?? {};
}

/** The distinct local addresses that a process listens on, from /proc: its sockets, matched with the kernel's tables. */
function listeners(pid: number): string[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      const match = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`));
      return match?.[1] === undefined ? [] : [match[1]];
    }),
  );
  const found = new Set<string>();
  for (const table of ['tcp', 'tcp6']) {
    for (const line of readFileSync(`/proc/net/${table}`, 'utf8').split('\n').slice(1)) {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      if (state !== '0A' || !inodes.has(inode)) continue;
      const hex = local.split(':')[0];
      found.add(hex === '0100007F' ? '127.0.0.1' : `${table} ${hex}`);
    }
  }
  return [...found];
}
