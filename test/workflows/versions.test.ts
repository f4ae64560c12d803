import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planDigestOf } from '../../client/go-live/launch.js';
import { makePlan, openRunbook } from '../../client/runbook/load.js';
import { waitUntil } from '../../client/server/processes.js';
import type { GoLiveState } from '../../model/state/state.js';
import { sharedServer, type TestServer } from '../kits/temporal.js';
import { eventually } from '../kits/until.js';

const MAIN = new URL('../../dist/bin/worker.js', import.meta.url).pathname;
let server: TestServer;
let folder: string;
const running = new Set<ChildProcess>();
beforeAll(async () => {
  server = await sharedServer();
  folder = mkdtempSync(join(tmpdir(), 'golive-versions-'));
  writeFileSync(
    join(folder, 'two.yaml'),
    `schema: 1
id: two
title: Two builds
roles: { cto: CTO }
phases:
  - id: one
    steps: [{ id: a, uses: command.run, effect: once, with: { argv: [sh, -c, "echo a >> effects"] } }]
  - id: two
    approval: { role: cto, question: "On?" }
    steps: [{ id: b, uses: command.run, effect: once, with: { argv: [sh, -c, "echo b >> effects"] } }]
`,
  );
}, 120_000);
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The real worker as it is built, as this build of this deployment; without them it is not versioned. */
async function startWorker(queue: string, versioned?: { deployment: string; build: string }): Promise<ChildProcess> {
  const ready = join(folder, `ready-${queue}-${versioned?.build ?? Math.random()}`);
  const child = spawn(process.execPath, [MAIN], {
    stdio: 'ignore',
    env: {
      ...process.env,
      TEMPORAL_ADDRESS: server.address,
      GOLIVE_TASK_QUEUE: queue,
      GOLIVE_READY_FILE: ready,
      GOLIVE_EVIDENCE_KEY: join(folder, 'key.pem'),
      ...(versioned ? { GOLIVE_WORKER_DEPLOYMENT: versioned.deployment, GOLIVE_WORKER_BUILD: versioned.build } : {}),
    },
  });
  running.add(child);
  expect(await waitUntil(() => existsSync(ready), 60_000)).toBe(true);
  return child;
}

async function drain(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('exit', resolve));
  running.delete(child);
}

async function makeCurrent(deploymentName: string, buildId: string): Promise<void> {
  const request = { namespace: 'default', deploymentName, buildId, ignoreMissingTaskQueues: true };
  // The server learns of a version from the first poll of its worker.
  await eventually('the version is known', 30_000, () =>
    server.client.workflowService.setWorkerDeploymentCurrentVersion(request),
  );
}

async function start(queue: string) {
  const plan = await makePlan(await openRunbook(join(folder, 'two.yaml')), {
    target: queue,
    change: 'c1',
    mode: 'rehearse',
    timeScale: 1,
    inputs: {},
    evidence: join(folder, 'evidence'),
  });
  return server.client.workflow.start('goLive', {
    workflowId: queue,
    taskQueue: queue,
    args: [{ plan, planDigest: planDigestOf(plan), startedBy: 'tester' }],
  });
}

test.each([
  ['unversioned', false],
  ['versioned', true],
])(
  'a go-live that was begun on one build ends on the next (%s)',
  async (name, versioned) => {
    const build = (id: string) => (versioned ? { deployment: 'golive', build: id } : undefined);
    writeFileSync(join(folder, 'effects'), '');
    const first = await startWorker(name, build('1'));
    if (versioned) await makeCurrent('golive', '1');
    const handle = await start(name);
    await eventually(
      'the question',
      30_000,
      async () => (await handle.query<GoLiveState>('state')).waiting?.id === 'two',
    );
    await drain(first);
    const second = await startWorker(name, build('2'));
    if (versioned) await makeCurrent('golive', '2');
    await handle.signal('approve', { approval: 'two', role: 'cto', by: 'Ada' });
    const state = (await handle.result()) as GoLiveState;
    expect(state.verdict).toBe('go');
    expect(readFileSync(join(folder, 'effects'), 'utf8')).toBe('a\nb\n');
    if (versioned) {
      const { raw } = await handle.describe();
      expect(raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId).toBe('2');
    }
    await drain(second);
  },
  120_000,
);
