import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { verifyBundle } from '../../evidence/verify/verify.js';
import { statOf } from '../../host/process.js';
import { recomputeOutputs } from '../../kinds/recompute.js';
import type { GoLiveState } from '../../model/state/state.js';
import { ballastIn, holdersIn, noted, service } from '../kits/chaos-target.js';
import { startToxiproxy, type TestToxiproxy } from '../kits/toxiproxy.js';
import { eventually } from '../kits/until.js';
import { begin } from './case.js';
import { isLiving, openWorld, Supervised, type World } from './world.js';

let world: World;
let toxiproxy: TestToxiproxy;
beforeAll(async () => {
  toxiproxy = await startToxiproxy();
  world = await openWorld(new URL('chaos.yaml', import.meta.url).pathname);
}, 120_000);
afterAll(async () => {
  await world?.close();
  await toxiproxy?.end();
}, 60_000);

/** Begins a go-live, and ends its worker while both faults are in. */
async function harmed(id: string, whom: 'worker' | 'worker and holders') {
  const folder = join(world.server.folder, id);
  const data = join(folder, 'data');
  mkdirSync(data, { recursive: true });
  const { url } = await service();
  const through = await toxiproxy.proxy(id, url.slice('http://'.length));
  const options = { folder, queue: id, address: world.server.address };
  const worker = new Supervised(options);
  const isIn = async (): Promise<[boolean, boolean]> => [
    ballastIn(data).length > 0,
    !(await toxiproxy.now(id)).enabled,
  ];
  try {
    const evidence = await begin(world, id, folder, {
      work: folder,
      url,
      through,
      toxiproxy: toxiproxy.url,
      proxy: id,
    });
    const steps = ['disk', 'network'].map((step) => join(evidence, 'data', 'phases', 'break.1', step));
    await Promise.all(steps.map((step) => eventually(`${step} began`, 60_000, () => noted(step, 'injected'))));
    expect(await isIn()).toEqual([true, true]);
    const holders = steps.flatMap(holdersIn);
    expect(holders).toHaveLength(2);
    if (whom === 'worker and holders') {
      // Stopped, it cannot take out what its holders do not hold any more.
      worker.signal('SIGSTOP');
      for (const holder of holders) process.kill(-(statOf(holder)?.group ?? holder), 'SIGKILL');
    }
    const at = performance.now();
    // It is killed, and no other comes.
    await worker.stop();
    await eventually('the holders have ended', 10_000, () => !holders.some(isLiving), 10);
    return { id, evidence, isIn, gone: performance.now() - at, next: () => new Supervised(options) };
  } catch (error) {
    await worker.stop();
    throw error;
  }
}

/** What becomes of the go-live when there is a worker again. */
async function goesOn({ id, evidence, next }: Awaited<ReturnType<typeof harmed>>): Promise<GoLiveState> {
  const worker = next();
  try {
    const state: GoLiveState = await world.server.client.workflow.getHandle(id).result();
    const { findings } = await verifyBundle(evidence, { keys: [state.bundle?.key ?? ''] }, recomputeOutputs);
    expect(findings).toEqual([]);
    return state;
  } finally {
    await worker.stop();
  }
}

test('a worker that is killed during the fault leaves none behind, although no other worker comes', async () => {
  const left = await harmed('chaos-worker', 'worker');
  expect(await left.isIn()).toEqual([false, false]);
  // Not because its time was over.
  expect(left.gone).toBeLessThan(6000);
  const state = await goesOn(left);
  expect([state.verdict, state.phases[0]?.gates.map(({ verdict }) => verdict)]).toEqual(['go', ['go', 'go', 'go']]);
  expect(await left.isIn()).toEqual([false, false]);
}, 180_000);

test('a worker that is killed with the holders: the next attempt takes the faults out, and runs the rounds again', async () => {
  const left = await harmed('chaos-both', 'worker and holders');
  // Nobody is there to take them out.
  expect(await left.isIn()).toEqual([true, true]);
  const state = await goesOn(left);
  expect([state.verdict, state.sentence]).toEqual(['go', state.sentence]);
  expect(await left.isIn()).toEqual([false, false]);
}, 180_000);

test('a phase that is lost after that, so that there is no other attempt: the undo takes the faults out', async () => {
  const left = await harmed('chaos-lost', 'worker and holders');
  await world.server.client.workflow.getHandle(`${left.id}/c1/0-break`).terminate('crash test');
  const state = await goesOn(left);
  expect([state.verdict, state.rollbackIncomplete]).toEqual(['no-go', false]);
  expect(await left.isIn()).toEqual([false, false]);
}, 180_000);
