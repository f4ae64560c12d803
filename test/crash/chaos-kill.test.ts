import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { verifyBundle } from '../../evidence/verify/verify.js';
import { recomputeOutputs } from '../../kinds/recompute.js';
import { freePort } from '../../lab/kit/ports.js';
import type { GoLiveState } from '../../model/state/state.js';
import { factsIn, noted, supervised } from '../kits/chaos-target.js';
import { eventually } from '../kits/until.js';
import { begin } from './case.js';
import { isLiving, livingWith, openWorld, Supervised, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await openWorld(new URL('chaos-kill.yaml', import.meta.url).pathname);
}, 120_000);
afterAll(() => world?.close(), 60_000);

/** Begins a go-live that kills a service; `most` is how often its supervisor starts that. */
async function begun(
  id: string,
  pauseMs: number,
  { most = 99, failpoint }: { most?: number; failpoint?: string } = {},
) {
  const folder = join(world.server.folder, id);
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const url = await supervised(folder, port, { pauseMs, most });
  const script = join(folder, 'service.cjs');
  const told = `require('node:fs').writeFileSync('${folder}/service.pid', String(process.pid))`;
  writeFileSync(
    script,
    `require('node:http').createServer((_, r) => r.end('ok')).listen(${port}, '127.0.0.1', () => ${told})\n`,
  );
  const restore = [
    '/bin/sh',
    '-c',
    `setsid ${process.execPath} ${script} chaos-service-${folder} >/dev/null 2>&1 </dev/null &`,
  ];
  const options = { folder, queue: id, address: world.server.address };
  const worker = new Supervised({ ...options, failpoint });
  const pid = (): number => Number(readFileSync(join(folder, 'service.pid'), 'utf8'));
  const running = (): number[] => livingWith(`chaos-service-${folder}`).filter((one) => one === pid());
  const first = pid();
  const evidence = await begin(world, id, folder, {
    pidFile: join(folder, 'service.pid'),
    process: `chaos-service-${folder}`,
    url,
    restore,
  });
  const step = join(evidence, 'data', 'phases', 'break.1', 'kill');
  return { id, url, worker, first, pid, running, evidence, step, next: () => new Supervised(options) };
}

async function ended({ id, evidence }: { id: string; evidence: string }): Promise<GoLiveState> {
  const state: GoLiveState = await world.server.client.workflow.getHandle(id).result();
  const { findings } = await verifyBundle(evidence, { keys: [state.bundle?.key ?? ''] }, recomputeOutputs);
  expect(findings).toEqual([]);
  return state;
}

const answers = async (url: string): Promise<boolean> => (await fetch(url)).ok;

test('a worker that is killed between the promise and the kill: nothing was killed, and the round is run again', async () => {
  const made = await begun('kill-promise', 300, { failpoint: 'after-promise:1@kill' });
  try {
    await eventually('the worker has died', 90_000, () => made.worker.restarts.length > 0, 10);
    // Whoever comes next finds the promise, and no word of a kill.
    expect([factsIn(made.step, 'injecting'), made.pid(), isLiving(made.first)]).toEqual([[], made.first, true]);
    const state = await ended(made);
    expect([state.verdict, state.phases[0]?.gates.map(({ verdict }) => verdict)]).toEqual(['go', ['go', 'go']]);
    // It was killed once.
    expect(factsIn(made.step, 'injecting').map(({ pid }) => pid)).toEqual([made.first]);
    expect([made.running().length, await answers(made.url)]).toEqual([1, true]);
  } finally {
    await made.worker.stop();
  }
}, 180_000);

test('a worker that is killed while another process is waited for: it comes without a worker, and the round is run again', async () => {
  const made = await begun('kill-wait', 4000);
  await noted(made.step, 'injected');
  await made.worker.stop();
  expect(isLiving(made.first)).toBe(false);
  await eventually('its supervisor starts another', 20_000, () => answers(made.url));
  const second = made.pid();
  const worker = made.next();
  try {
    const state = await ended(made);
    expect([state.verdict, state.phases[0]?.gates.map(({ verdict }) => verdict)]).toEqual(['go', ['go', 'go']]);
    expect(factsIn(made.step, 'injecting').map(({ pid }) => pid)).toEqual([made.first, second]);
    expect([made.running().length, await answers(made.url)]).toEqual([1, true]);
  } finally {
    await worker.stop();
  }
}, 180_000);

test('a phase that is lost after that, with a service that nobody starts again: the undo restores it', async () => {
  const made = await begun('kill-lost', 0, { most: 1 });
  await noted(made.step, 'injected');
  await made.worker.stop();
  await expect(answers(made.url)).rejects.toThrow('fetch failed');
  await world.server.client.workflow.getHandle(`${made.id}/c1/0-break`).terminate('crash test');
  const worker = made.next();
  try {
    const state = await ended(made);
    expect([state.verdict, state.rollbackIncomplete]).toEqual(['no-go', false]);
    expect([made.running().length, await answers(made.url)]).toEqual([1, true]);
  } finally {
    await worker.stop();
    for (const pid of made.running()) process.kill(pid, 'SIGKILL');
  }
}, 180_000);
