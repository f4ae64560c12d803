import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { OpenConnection } from '../../client/server/connection.js';
import { findGoLive } from '../../client/go-live/find.js';
import { follow } from '../../client/go-live/follow.js';
import { launch, planDigestOf } from '../../client/go-live/launch.js';
import { listGoLives } from '../../client/go-live/list.js';
import { exitCodeOf } from '../../client/terminal/outcome.js';
import { readOnce } from '../../client/go-live/read-once.js';
import type { View } from '../../client/render/view.js';
import { send } from '../../client/go-live/send.js';
import { reachOf } from '../../client/server/reach.js';
import { waitUntil } from '../../client/server/processes.js';
import { TASK_QUEUE } from '../../model/state/contract.js';
import { FakeWorld } from '../kits/fake-world.js';
import { approval, phase, plan, step } from '../kits/plans.js';
import { withWorker } from '../kits/run-go-live.js';
import { sharedServer, type TestServer } from '../kits/temporal.js';

let server: TestServer;
let connection: OpenConnection;
beforeAll(async () => {
  server = await sharedServer();
  connection = { client: server.client, address: server.address, namespace: 'default', close: () => Promise.resolve() };
}, 60_000);
afterAll(() => server.stop());

test('a go-live is started, refused twice, answered, followed to its end, and read without a worker', async () => {
  const { client } = connection;
  const what = plan([
    phase('one', [step('a'), step('b')]),
    phase('two', [step('c')], { approvals: [approval('two')] }),
  ]);
  const target = what.target.id;
  const views: View[] = [];
  await withWorker(server.address, TASK_QUEUE, new FakeWorld(), ['fake.act'], async () => {
    const found = await launch(connection, what, 'ops');
    await expect(launch(connection, what, 'someone')).rejects.toMatchObject({
      message: expect.stringMatching(/busy.*was started by ops/),
      options: { exitCode: 4, hint: expect.stringContaining(`golive watch ${target}`) },
    });
    const end = follow({
      server: reachOf(connection),
      found,
      onView: (view) => void views.push(structuredClone(view)),
    });
    expect(await waitUntil(() => views.at(-1)?.state.waiting?.id === 'two', 20_000)).toBe(true);
    const vote = { approval: 'two', by: 'Ada', reason: 'fine' };
    await expect(send(client, target, 'approve', { ...vote, role: 'sre' })).rejects.toMatchObject({
      options: { exitCode: 4 },
    });
    await expect(send(client, target, 'approve', { ...vote, role: '' })).rejects.toMatchObject({
      options: { exitCode: 2 },
    });
    expect(await send(client, target, 'approve', { ...vote, role: 'cto' })).toContain('recorded');
    const state = await end;
    expect(state?.verdict).toBe('go');
    expect(state && exitCodeOf(state)).toBe(0);
    expect(state?.planDigest).toBe(planDigestOf(what));
  });
  expect(views.at(-1)?.state.endedAt).toBeDefined();
  expect((await readOnce(client, target)).state.verdict).toBe('go');
  await expect(send(client, target, 'abort', { by: 'x', reason: 'y' })).rejects.toMatchObject({
    message: expect.stringContaining('has ended'),
    options: { exitCode: 4 },
  });
  expect(await findGoLive(client, target)).toMatchObject({ running: false, memo: { startedBy: 'ops', change: 'c1' } });
  const listed = async () => await listGoLives(client, { limit: 5, target, verdict: 'go' });
  expect(await waitUntil(async () => (await listed()).length === 1, 10_000, 200)).toBe(true);
  expect(await listed()).toMatchObject([
    { target, change: 'c1', runbook: 'test', verdict: 'go', startedBy: 'ops', running: false },
  ]);
}, 90_000);

test('the one who follows may leave; a go-live ended from outside has no verdict', async () => {
  const { client } = connection;
  const world = new FakeWorld();
  world.hanging.add('one.a');
  const what = plan([phase('one', [step('a')])]);
  await withWorker(server.address, TASK_QUEUE, world, ['fake.act'], async () => {
    const found = await launch(connection, what, 'ops');
    const leave = new AbortController();
    const left = follow({
      server: reachOf(connection),
      found,
      signal: leave.signal,
      onView: ({ state }) => void (state.phases[0]?.status === 'running' && leave.abort()),
    });
    expect(await left).toBeUndefined();
    const seen = await readOnce(client, found.target);
    expect(seen.state.phases[0]?.steps.map(({ id, status }) => [id, status])).toEqual([['a', 'running']]);
    const rest = follow({ server: reachOf(connection), found, onView: () => undefined });
    await client.workflow.getHandle(found.target, found.runId).terminate('test');
    await expect(rest).rejects.toMatchObject({
      message: expect.stringContaining('without a verdict'),
      options: { exitCode: 3 },
    });
  });
}, 90_000);

test('no go-live, no worker: said in time, with what to do', async () => {
  const { client } = connection;
  await expect(readOnce(client, 'nobody')).rejects.toMatchObject({ options: { exitCode: 2 } });
  const found = await launch(connection, plan([phase('one', [step('a')])]), 'ops');
  await expect(readOnce(client, found.target)).rejects.toMatchObject({
    options: { exitCode: 4, hint: expect.stringContaining('golive up') },
  });
  const begun = Date.now();
  await expect(send(client, found.target, 'abort', { by: 'x', reason: 'y' })).rejects.toMatchObject({
    message: expect.stringContaining('No worker'),
    options: { exitCode: 4 },
  });
  expect(Date.now() - begun).toBeLessThan(25_000);
}, 60_000);
