import { describe, expect, test } from '@jest/globals';
import { asId } from '../../model/plan/address.js';
import type { PhasePlan, RollbackPlan } from '../../model/plan/plan.js';
import { approval, gate, phase, plan, step } from '../kits/plans.js';
import { FakeWorld } from '../kits/fake-world.js';
import { goRecorded } from '../kits/recorded-go-live.js';
import { suiteServer } from '../kits/suite-server.js';
import { eventually } from '../kits/until.js';

const server = suiteServer();

const needing = (id: string, needs: string[], steps: PhasePlan['steps'], more: Partial<PhasePlan> = {}): PhasePlan =>
  phase(id, steps, { needs: needs.map((need) => asId(need)), ...more });
const ask = { role: 'sre', expiresMs: 60_000 };
const R1: RollbackPlan = { id: 'R1', title: 'way back', undo: 'all', steps: [] };
const began = (world: FakeWorld, name: string) => () =>
  world.record.some((one) => one.what === 'began' && !one.task.undoes && `${one.deed.phase}.${one.deed.step}` === name);

/** The step does not end before another one has begun. */
function waitsFor(world: FakeWorld, name: string, other: string): void {
  world.during.set(name, () => eventually(`${other} begins`, 20_000, began(world, other), 10));
}

describe('beside', () => {
  test('phases run at once, and what needs both begins behind both', async () => {
    const world = new FakeWorld();
    waitsFor(world, 'left.a', 'right.b');
    waitsFor(world, 'right.b', 'left.a');
    world.outputs = ({ phase: of }) => ({ score: of === 'left' ? 0.9 : 0.7 });
    const made = plan([
      needing('left', [], [step('a')]),
      needing('right', [], [step('b')]),
      needing('last', ['left', 'right'], [step('c')], {
        gates: [gate('sum', 'phases.left.steps.a.score + phases.right.steps.b.score', 1.5)],
      }),
    ]);
    await goRecorded(server, world, made, async (run) => {
      const state = await run.result();
      expect([state.verdict, state.plannedMs]).toEqual(['go', 120_000]);
      expect(state.phases.map(({ status, attempt }) => `${status} ${attempt}`)).toEqual(Array(3).fill('passed 1'));
      expect(world.deeds.at(-1)).toBe('last.c');
    });
  }, 60_000);

  test('a rollback stops the others; all are taken again', async () => {
    const world = new FakeWorld();
    waitsFor(world, 'bad.b', 'long.a');
    world.broken.set('bad.b', 1);
    world.hanging.add('long.a');
    const made = plan(
      [
        needing('long', [], [step('a')]),
        needing('bad', [], [step('b')], { onFail: { attempts: 2, rollback: 'R1', then: 'stop', ask } }),
        needing('last', ['long', 'bad'], [step('c')]),
      ],
      { rollbacks: { R1 } },
    );
    await goRecorded(server, world, made, async (run) => {
      await run.until(({ rollbacks }) => rollbacks.length > 0, 'the rollback');
      world.hanging.delete('long.a');
      const state = await run.result();
      expect(state.verdict).toBe('go');
      // The deed has stopped before anything is undone.
      expect(world.deeds[0]).toBe('stopped long.a');
      expect(world.deeds.slice(1, 3).toSorted()).toEqual(['undo bad.b', 'undo long.a']);
      expect(world.deeds.slice(3).toSorted()).toEqual(['bad.b', 'last.c', 'long.a']);
      expect(state.phases[0]?.history[0]?.sentence).toBe('Stopped since bad failed. Taken back by R1.');
      expect(state.phases.map(({ attempt }) => attempt)).toEqual([2, 2, 1]);
    });
  }, 60_000);

  test('the end of the go-live stops the others, and nothing stands', async () => {
    const world = new FakeWorld();
    waitsFor(world, 'bad.b', 'long.a');
    world.broken.set('bad.b', 1);
    world.hanging.add('long.a');
    const made = plan([needing('long', [], [step('a')]), needing('bad', [], [step('b')])]);
    await goRecorded(server, world, made, async (run) => {
      const state = await run.result();
      expect(state.verdict).toBe('no-go');
      expect(state.phases.map(({ status }) => status)).toEqual(['taken-back', 'taken-back']);
      expect(state.phases[0]?.sentence).toBe('Stopped since the go-live ended at bad.');
      expect(world.deeds.slice(0, 2)).toEqual(['long.a', 'stopped long.a']);
      expect(world.deeds.slice(2).toSorted()).toEqual(['undo bad.b', 'undo long.a']);
    });
  }, 60_000);

  test('an abort stops all', async () => {
    const world = new FakeWorld();
    world.hanging.add('left.a').add('right.b');
    const made = plan([needing('left', [], [step('a')]), needing('right', [], [step('b')])]);
    await goRecorded(server, world, made, async (run) => {
      await eventually('both', 20_000, () => began(world, 'left.a')() && began(world, 'right.b')());
      const receipt = await run.send('abort', { by: 'Ada', reason: 'enough' });
      expect(receipt.text).toContain("what 'left' has done by now, what 'right' has done by now");
      const state = await run.result();
      expect(state.phases.map(({ status }) => status)).toEqual(['taken-back', 'taken-back']);
      expect(world.deeds.slice(2, 4).toSorted()).toEqual(['stopped left.a', 'stopped right.b']);
      expect(world.deeds.slice(4).toSorted()).toEqual(['undo left.a', 'undo right.b']);
    });
  }, 60_000);
});

describe('beside a question', () => {
  /** `asks` waits for two approvals; `bad` fails once while it does. */
  const asking = (onFail: PhasePlan['onFail']) =>
    plan(
      [
        needing('bad', [], [step('b')], { onFail }),
        needing('asks', [], [step('a')], { approvals: [approval('asks', { needs: [{ role: 'cto', count: 2 }] })] }),
      ],
      { rollbacks: { R1: { ...R1, undo: 'phase' } } },
    );

  test('a failure is settled at once; votes and end are kept', async () => {
    const world = new FakeWorld();
    let fail = (): void => undefined;
    world.during.set('bad.b', () => new Promise<void>((done) => (fail = done)));
    world.broken.set('bad.b', 1);
    const made = asking({ attempts: 2, rollback: 'R1', then: 'stop', ask });
    await goRecorded(server, world, made, async (run) => {
      const asked = await run.until(({ waiting }) => waiting?.id === 'asks', 'the question');
      await run.send('approve', { approval: 'asks', role: 'cto', by: 'Ada' });
      await eventually('the deed', 20_000, began(world, 'bad.b'));
      fail();
      await run.until(({ phases }) => phases[0]?.status === 'passed', 'the second attempt');
      const again = await run.until(({ waiting }) => waiting?.id === 'asks', 'the question again');
      expect(again.rollbacks.map(({ status }) => status)).toEqual(['done']);
      expect(again.approvals[0]).toMatchObject({ status: 'open', votes: [{ by: 'Ada', status: 'counted' }] });
      expect(again.waiting?.expiresAt).toBe(asked.waiting?.expiresAt);
      await run.send('approve', { approval: 'asks', role: 'cto', by: 'Bea' });
      const state = await run.result();
      expect(state.verdict).toBe('go');
      expect(state.phases.map(({ attempt }) => attempt)).toEqual([2, 1]);
      expect(world.events.filter(({ type }) => type === 'approval.asked')).toHaveLength(1);
    });
  }, 60_000);

  test('a failure that ends the go-live withdraws it', async () => {
    const world = new FakeWorld();
    let fail = (): void => undefined;
    world.during.set('bad.b', () => new Promise<void>((done) => (fail = done)));
    world.broken.set('bad.b', 1);
    await goRecorded(server, world, asking({ attempts: 1, then: 'stop', ask }), async (run) => {
      await run.until(({ waiting }) => waiting?.id === 'asks', 'the question');
      await eventually('the deed', 20_000, began(world, 'bad.b'));
      fail();
      const state = await run.result();
      expect(state.verdict).toBe('no-go');
      expect(state.approvals[0]?.sentence).toBe('Withdrawn. Stopped since the go-live ended at bad.');
      expect(state.phases[1]?.status).toBe('cancelled');
      expect(world.deeds).toEqual(['undo bad.b']);
    });
  }, 60_000);
});

test('beside another one, a phase is terminated: both are undone', async () => {
  const world = new FakeWorld();
  world.hanging.add('left.a').add('right.b');
  const made = plan([needing('left', [], [step('a')]), needing('right', [], [step('b')])]);
  await goRecorded(server, world, made, async (run) => {
    await eventually('both', 20_000, () => began(world, 'left.a')() && began(world, 'right.b')());
    const child = (await run.state()).phases[0]?.workflowId ?? '';
    await server.client.workflow.getHandle(child).terminate('by hand');
    const state = await run.result();
    expect(state).toMatchObject({ verdict: 'no-go', rollbackIncomplete: false });
    expect(world.deeds.filter((deed) => deed.startsWith('undo')).toSorted()).toEqual(['undo left.a', 'undo right.b']);
    expect(state.phases[1]?.sentence).toBe('Stopped since the go-live ended at left.');
  });
}, 60_000);
