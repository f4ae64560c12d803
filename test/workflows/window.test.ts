import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WindowPlan } from '../../model/judge/window.js';
import { FakeWorld } from '../kits/fake-world.js';
import { recordAs } from '../kits/histories.js';
import { gate, phase, plan, step } from '../kits/plans.js';
import { begin, withWorker } from '../kits/run-go-live.js';
import { startTestServer, type TestServer } from '../kits/temporal.js';
import { eventually } from '../kits/until.js';

let server: TestServer;
beforeAll(async () => {
  // A server of its own: it suggests to continue earlier than others do.
  server = await startTestServer({ 'limit.historyCount.suggestContinueAsNew': 60 });
}, 120_000);
afterAll(() => server.stop());

const window = (more: Partial<WindowPlan> = {}): WindowPlan => ({
  everyMs: 100,
  consecutive: 5,
  withinMs: 800,
  lateMs: 60_000,
  green: 'true',
  ...more,
});
const watched = (more: Partial<WindowPlan> = {}) =>
  plan([
    phase('watch', [step('days', { effect: 'none', ownUndo: false, window: window(more) })], {
      gates: [gate('streak', 'steps.days.streak', 5)],
    }),
  ]);

describe('a window', () => {
  test('takes its samples on its rhythm, never early, and ends when enough running are green', async () => {
    const world = new FakeWorld();
    const made = watched();
    await withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
      const run = await begin(server.client, made.target.id, made);
      const state = await run.result();
      expect(state).toMatchObject({ verdict: 'go' });
      expect(state.phases[0]?.steps[0]?.outputs).toMatchObject({ slots: 5, streak: 5 });
      expect(world.samples.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5]);
      for (const { at = '', due } of world.samples) expect(Date.parse(at)).toBeGreaterThanOrEqual(Date.parse(due));
      await recordAs(server.client, made.target.id, 'a-window-of-five-green-samples');
    });
  }, 60_000);

  test('a red sample breaks the streak; out of time, the gate is not met', async () => {
    const world = new FakeWorld();
    world.broken.set('watch.days.4', 1);
    const made = watched();
    await withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
      const state = await (await begin(server.client, made.target.id, made)).result();
      expect(state).toMatchObject({ verdict: 'no-go' });
      expect(state.phases[0]?.steps[0]?.outputs).toMatchObject({ slots: 8, red: 1, streak: 4, longest: 4, resets: 1 });
    });
  }, 60_000);

  test('while nobody works for it, slots are missed and told as such; the next is taken in its time', async () => {
    const world = new FakeWorld();
    const [everyMs, lateMs] = [400, 1000];
    const made = watched({ lateMs, withinMs: 60_000, everyMs });
    const begun = await withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
      const run = await begin(server.client, made.target.id, made);
      await eventually('the first sample', 20_000, () => world.samples.length > 0);
      return run;
    });
    // Four slots more are over, and too late to be taken.
    const due = Date.parse(world.samples.at(-1)?.due ?? '');
    await eventually('the slots are over', 20_000, () => Date.now() > due + 5 * everyMs + lateMs);
    await withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
      const outputs = (await begun.result()).phases[0]?.steps[0]?.outputs as Record<string, number>;
      expect(outputs.missed).toBeGreaterThanOrEqual(3);
      expect(outputs.slots).toBe((outputs.green ?? 0) + (outputs.missed ?? 0));
      expect(outputs.resets).toBeGreaterThanOrEqual(1);
      expect(outputs.streak).toBe(5);
    });
  }, 60_000);

  test('goes on in a new execution before its history is long', async () => {
    const world = new FakeWorld();
    const made = watched({ everyMs: 30, consecutive: 30, withinMs: 900 });
    await withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
      const state = await (await begin(server.client, made.target.id, made)).result();
      expect(state.phases[0]?.steps[0]?.outputs).toMatchObject({ slots: 30, streak: 30 });
      expect(world.samples.map(({ n }) => n)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
      const executions = [];
      const id = `${made.goLiveId}/watch/days`;
      for await (const one of server.client.workflow.list({ query: `WorkflowId = '${id}'` })) executions.push(one);
      expect(executions.length).toBeGreaterThan(2);
      await recordAs(server.client, made.target.id, 'a-window-that-goes-on-in-new-executions');
    });
  }, 60_000);

  test('an abort ends it at once', async () => {
    const world = new FakeWorld();
    const made = watched({ everyMs: 3_600_000, withinMs: 86_400_000 });
    await withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
      const run = await begin(server.client, made.target.id, made);
      await run.until((state) => state.phases[0]?.status === 'running', 'the window');
      await run.send('abort', { by: 'Ada', reason: 'enough' });
      expect(await run.result()).toMatchObject({ verdict: 'no-go' });
      expect(world.samples).toEqual([]);
    });
  }, 60_000);
});
