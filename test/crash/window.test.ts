import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { verifyBundle } from '../../evidence/verify/verify.js';
import { recomputeOutputs } from '../../kinds/recompute.js';
import type { GoLiveState } from '../../model/state/state.js';
import { dueAt, type SampleRecord, type WindowPlan } from '../../model/judge/window.js';
import { eventually } from '../kits/until.js';
import { begin } from './case.js';
import { randomFrom } from '../kits/random-from.js';
import { openWorld, Supervised, type World } from './world.js';

/** A week of minutes with `npm run test:crash`, some hours of them in `npm test`. */
const ALL = process.env.GOLIVE_CRASH === 'all';
const SAMPLES = ALL ? 10_080 : 300;
const KILLS = ALL ? 6 : 1;
const SEED = Number(process.env.GOLIVE_SEED ?? Date.now() % 1_000_000);
/** The server suggests to continue as new at 4,096. */
const MOST_EVENTS = 4096;
/** A minute lasts 30 ms. */
const TIME_SCALE = 2000;

let world: World;
beforeAll(async () => {
  world = await openWorld(new URL('window.yaml', import.meta.url).pathname);
}, 120_000);
afterAll(async () => {
  await world?.close();
}, 60_000);

/** Shortens the runbook's window and its gate. */
function shorten(): WindowPlan {
  const [phase] = world.runbook.runbook.phases;
  const step = phase?.steps?.[0];
  const gate = phase?.gates?.[0];
  if (!step || !('window' in step) || !step.window || !gate || !('atLeast' in gate)) throw new Error('no window');
  step.window.consecutive = SAMPLES;
  step.window.within = `${SAMPLES}m`;
  gate.atLeast = SAMPLES;
  return { everyMs: 60_000, consecutive: SAMPLES, withinMs: SAMPLES * 60_000, lateMs: 0, green: '' };
}

test(
  'a long window whose worker is killed again and again loses no sample, doubles none, takes none early',
  async () => {
    console.log(`GOLIVE_SEED=${SEED}`);
    const random = randomFrom(SEED);
    const plan = shorten();
    const folder = join(world.server.folder, 'window');
    const log = join(folder, 'service.log');
    mkdirSync(folder, { recursive: true });
    writeFileSync(log, 'ok\n');
    const worker = new Supervised({ folder, queue: 'window', address: world.server.address });
    try {
      const begun = performance.now();
      const evidence = await begin(world, 'window', folder, { log }, TIME_SCALE);
      const { client } = world.server;
      const handle = client.workflow.getHandle('window');
      let over = false;
      const result = handle.result().finally(() => (over = true)) as Promise<GoLiveState>;
      const records = (): SampleRecord[] => {
        const path = join(evidence, 'data', 'phases', 'watch.1', 'samples', 'samples.jsonl');
        const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
        return lines.map((line) => JSON.parse(line) as SampleRecord);
      };
      const taken = (): number => {
        try {
          return records().length;
        } catch {
          return 0;
        }
      };
      for (let kill = 1; kill <= KILLS; kill += 1) {
        // At different places of a sample's life.
        await eventually('the next kill is due', 1_800_000, () => over || taken() >= (SAMPLES * kill) / (KILLS + 1));
        await delay(random() * 60);
        worker.signal(kill % 3 === 0 ? 'SIGTERM' : 'SIGKILL');
      }
      const state = await result;
      const all = records();
      const executions: number[] = [];
      const window = `WorkflowType = 'monitorWindow'`;
      for await (const { runId, workflowId } of client.workflow.list({ query: window }))
        executions.push((await client.workflow.getHandle(workflowId, runId).describe()).historyLength);
      const startedMs = Date.parse(all[0]?.due ?? '') - plan.everyMs / TIME_SCALE;
      const early = all.filter(({ n, at = '' }) => Date.parse(at) < Math.floor(dueAt(plan, startedMs, n, TIME_SCALE)));
      const lost = SAMPLES - new Set(all.map(({ n }) => n)).size;
      console.log(
        `samples ${all.length}, lost ${lost}, doubled ${all.length - new Set(all.map(({ n }) => n)).size}, early ${early.length}; ` +
          `worker ended ${worker.restarts.length} times; executions ${executions.length}, longest ${Math.max(...executions)} events; ` +
          `${Math.round((performance.now() - begun) / all.length)} ms a sample`,
      );
      expect(worker.restarts.length).toBeGreaterThanOrEqual(KILLS);
      expect([all.length, lost, early.length]).toEqual([SAMPLES, 0, 0]);
      expect(all.every(({ n, outcome }, index) => n === index + 1 && outcome === 'green')).toBe(true);
      expect(Math.max(...executions)).toBeLessThan(MOST_EVENTS);
      expect(executions.length).toBeGreaterThan(SAMPLES / 500 - 1);
      expect(state.phases[0]?.gates.map(({ value }) => value)).toEqual([SAMPLES, 0]);
      expect(state.verdict).toBe('go');
      const verified = await verifyBundle(evidence, { keys: [state.bundle?.key ?? ''] }, recomputeOutputs);
      expect(verified.findings).toEqual([]);
    } finally {
      await worker.stop();
    }
  },
  ALL ? 1_800_000 : 240_000,
);
