import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { GoLiveState } from '../../model/state/state.js';
import { begin } from './case.js';
import { effectsIn } from './check.js';
import { livingWith, openWorld, Supervised, type World } from './world.js';
import { eventually } from '../kits/until.js';

let world: World;
beforeAll(async () => {
  world = await openWorld(new URL('long.yaml', import.meta.url).pathname);
}, 120_000);
afterAll(async () => {
  await world?.close();
}, 60_000);

interface Long {
  worker: Supervised;
  log: string;
  step(): Promise<{ status: string; attempts: number }>;
  state(): Promise<GoLiveState>;
}

/** Starts a go-live whose one step is long, and goes on when the step acts. */
async function withLong<T>(what: string, act: (long: Long) => Promise<T>): Promise<T> {
  const folder = join(world.server.folder, what);
  const log = join(folder, 'effects.log');
  mkdirSync(folder, { recursive: true });
  const worker = new Supervised({ folder, queue: what, address: world.server.address });
  try {
    const evidence = await begin(world, what, folder, { log, url: world.url, what });
    const events = join(evidence, 'data', 'events.jsonl');
    const lines = (): string[] => (existsSync(events) ? readFileSync(events, 'utf8').split('\n') : []);
    await eventually(`${what} acts`, 90_000, async () => lines().some((line) => line.includes('"step.started"')));
    const handle = world.server.client.workflow.getHandle(what);
    return await act({
      worker,
      log,
      state: () => handle.query<GoLiveState>('state'),
      step: async () => {
        const state = (await handle.result()) as GoLiveState;
        const record = state.phases[0]?.steps.find(({ id }) => id === what);
        return {
          status: `${state.verdict} ${record?.status} ${record?.epoch}`,
          attempts: lines().filter((line) => line.includes('"step.started"')).length,
        };
      },
    });
  } finally {
    await worker.stop();
  }
}

test.concurrent.each(['command', 'pause', 'check'])(
  'a worker that is asked to end in the middle of a long %s loses nothing, and the only attempt is not used up',
  async (what) => {
    await withLong(what, async ({ worker, step, log }) => {
      worker.signal('SIGTERM');
      // Done once in the end, begun twice: the first worker gave it back when its grace was over.
      expect(await step()).toEqual({ status: 'go done 1', attempts: 2 });
      expect(worker.restarts).toHaveLength(1);
      expect(effectsIn(log)).toEqual(what === 'command' ? ['command'] : []);
      expect(livingWith(log)).toEqual([]);
    });
  },
  120_000,
);

test.concurrent('a deed that must not be repeated ends within the grace, or asks a person', async () => {
  await withLong('short', async ({ worker, step, log }) => {
    worker.signal('SIGTERM');
    expect(await step()).toEqual({ status: 'go done 1', attempts: 1 });
    expect(effectsIn(log)).toEqual(['short']);
  });
  await withLong('deed', async ({ worker, state, log }) => {
    worker.signal('SIGTERM');
    const asked = await eventually('the question', 60_000, async () => {
      const now = await state();
      return now.waiting ? now : undefined;
    });
    expect(asked.waiting?.choices).toContain('done');
    expect(effectsIn(log)).toEqual([]);
    expect(livingWith(log)).toEqual([]);
  });
}, 120_000);

test.concurrent('an abort reaches a command that is deaf, and its child, within 10 s', async () => {
  await withLong('deaf', async ({ log }) => {
    await eventually('both run', 10_000, async () => livingWith(log).length >= 2);
    const asked = performance.now();
    await world.server.client.workflow.getHandle('deaf').signal('abort', { by: 'Ada', reason: 'enough' });
    await eventually('nothing runs', 15_000, async () => livingWith(log).length === 0);
    expect(performance.now() - asked).toBeLessThan(10_000);
    const state = (await world.server.client.workflow.getHandle('deaf').result()) as GoLiveState;
    expect(state).toMatchObject({ verdict: 'no-go', rollbackIncomplete: false });
  });
}, 60_000);
