import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { verifyBundle } from '../../evidence/verify/verify.js';
import { recomputeOutputs } from '../../kinds/recompute.js';
import { shareBounds } from '../../model/judge/window-share.js';
import type { GoLiveState } from '../../model/state/state.js';
import { eventsOf } from '../kits/step-run.js';
import { eventually } from '../kits/until.js';
import { begin } from './case.js';
import { openWorld, Supervised, type World } from './world.js';

/** A minute lasts 100 ms. */
const TIME_SCALE = 600;
const REQUESTS = 10;

let world: World;
beforeAll(async () => {
  world = await openWorld(new URL('canary.yaml', import.meta.url).pathname);
}, 120_000);
afterAll(async () => {
  await world?.close();
}, 60_000);

/** Looks after which it is certain that none of so many requests failed too often. */
function certainAt(): number {
  let looks = 1;
  while (shareBounds({ part: 0, whole: looks * REQUESTS }).upper > 0.02) looks += 1;
  return looks;
}

test('a canary whose worker is killed counts nothing twice, loses nothing, and ends where it would have', async () => {
  const folder = join(world.server.folder, 'canary');
  const log = join(folder, 'figures.json');
  mkdirSync(folder, { recursive: true });
  writeFileSync(log, JSON.stringify({ requests: REQUESTS, errors: 0 }));
  const worker = new Supervised({ folder, queue: 'canary', address: world.server.address });
  try {
    const evidence = await begin(world, 'canary', folder, { log }, TIME_SCALE);
    const taken = (): number => {
      try {
        const path = join(evidence, 'data', 'phases', 'canary.1', 'watch', 'samples.jsonl');
        return readFileSync(path, 'utf8').split('\n').length - 1;
      } catch {
        return 0;
      }
    };
    for (const at of [5, 15]) {
      await eventually(`${at} samples`, 120_000, () => taken() >= at);
      worker.signal('SIGKILL');
    }
    const state: GoLiveState = await world.server.client.workflow.getHandle('canary').result();
    const done = eventsOf(evidence).findLast(({ type, step }) => type === 'step.done' && step === 'watch');
    const [looks, whole] = [certainAt(), certainAt() * REQUESTS];
    expect(worker.restarts.length).toBeGreaterThanOrEqual(2);
    expect(done?.outputs).toMatchObject({ end: 'reached', slots: looks, looks, part: 0, whole, missed: 0 });
    expect(state.verdict).toBe('go');
    const { findings } = await verifyBundle(evidence, { keys: [state.bundle?.key ?? ''] }, recomputeOutputs);
    expect(findings).toEqual([]);
  } finally {
    await worker.stop();
  }
}, 240_000);
