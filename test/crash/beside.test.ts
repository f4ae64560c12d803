import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { verifyBundle } from '../../evidence/verify/verify.js';
import { recomputeOutputs } from '../../kinds/recompute.js';
import type { GoLiveState } from '../../model/state/state.js';
import { eventually } from '../kits/until.js';
import { begin } from './case.js';
import { effectsIn } from './check.js';
import { randomFrom } from '../kits/random-from.js';
import { openWorld, Supervised, type World } from './world.js';

const ALL = process.env.GOLIVE_CRASH === 'all';
const SEED = Number(process.env.GOLIVE_SEED ?? Date.now() % 1_000_000);

let world: World;
beforeAll(async () => {
  world = await openWorld(new URL('beside.yaml', import.meta.url).pathname);
}, 120_000);
afterAll(async () => {
  await world?.close();
}, 60_000);

interface Left {
  state: GoLiveState;
  effects: string[];
  findings: unknown[];
}

/** Kills the worker while a deed of each of the two phases acts; another one is there at once. */
async function killed(name: string, ending: 'go' | 'fail', afterMs: number): Promise<Left> {
  const folder = join(world.server.folder, name);
  const log = join(folder, 'effects.log');
  mkdirSync(folder, { recursive: true });
  writeFileSync(log, '');
  const worker = new Supervised({ folder, queue: name, address: world.server.address });
  try {
    const evidence = await begin(world, name, folder, { log, ending });
    const events = join(evidence, 'data', 'events.jsonl');
    const acts = (step: string): boolean =>
      existsSync(events) && new RegExp(`"step":"${step}"`).test(readFileSync(events, 'utf8'));
    await eventually('a deed of each', 60_000, () => acts('one') && acts('three'), 10);
    await delay(afterMs);
    worker.signal('SIGKILL');
    const state: GoLiveState = await world.server.client.workflow.getHandle(name).result();
    const { findings } = await verifyBundle(evidence, { keys: [state.bundle?.key ?? ''] }, recomputeOutputs);
    return { state, effects: effectsIn(log), findings };
  } finally {
    await worker.stop();
  }
}

const DEEDS = ['four', 'one', 'three', 'two'];

test(
  'a worker that is killed while phases run beside each other: every deed once, and every undo once',
  async () => {
    console.log(`GOLIVE_SEED=${SEED}`);
    const random = randomFrom(SEED);
    for (let round = 0; round < (ALL ? 12 : 1); round += 1) {
      const [good, bad] = await Promise.all([
        killed(`beside-go-${round}`, 'go', random() * 500),
        killed(`beside-fail-${round}`, 'fail', random() * 500),
      ]);
      expect([good.state.verdict, good.state.sentence, good.findings]).toEqual(['go', good.state.sentence, []]);
      expect(good.effects.toSorted()).toEqual(DEEDS);
      expect(good.effects.at(-1)).toBe('four');
      expect([bad.state.verdict, bad.state.rollbackIncomplete, bad.findings]).toEqual(['no-go', false, []]);
      expect(bad.effects.slice(0, 4).toSorted()).toEqual(DEEDS);
      // Newest first, over both phases.
      const undone = bad.effects.slice(4);
      expect(undone.toSorted()).toEqual(DEEDS.map((deed) => `undo-${deed}`));
      expect([undone[0], undone[1]]).toEqual(['undo-four', 'undo-two']);
    }
  },
  ALL ? 1_800_000 : 180_000,
);
