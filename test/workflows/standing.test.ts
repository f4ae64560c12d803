import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../model/json.js';
import type { Plan } from '../../model/plan/plan.js';
import { approval, gate, phase, plan, step } from '../kits/plans.js';
import { FakeWorld } from '../kits/fake-world.js';
import { goRecorded } from '../kits/recorded-go-live.js';
import { suiteServer } from '../kits/suite-server.js';

const server = suiteServer();

const R1 = { id: 'R1', title: 'Old again', undo: 'all' as const, steps: [] };

/** Something is deployed, and looked at: what the first look sees is no good. */
function deployed(then: 'stop' | 'ask' | 'continue', attempts = 1): Plan {
  const onFail = { attempts, rollback: 'R1', then, ask: { role: 'sre', expiresMs: 60_000 } };
  const check = { gates: [gate('v', 'steps.n.v', 2)], onFail };
  return plan([phase('deploy', [step('a')]), phase('check', [step('n', { ownUndo: false })], check)], {
    rollbacks: { R1 },
  });
}

/** Each look sees one more than the one before. */
function looking(): FakeWorld {
  const world = new FakeWorld();
  let seen = 0;
  world.outputs = ({ step: id }): JsonObject => (id === 'n' ? { v: (seen += 1) } : { ok: 1 });
  return world;
}

// The same on simulated workflows, in every variant, stands in test/simulated: these are the histories that are kept.
describe('standing', () => {
  test('a second attempt begins at the earliest phase that was taken back', async () => {
    const world = looking();
    await goRecorded(server, world, deployed('stop', 2), async (run) => {
      expect((await run.result()).verdict).toBe('go');
      expect(world.deeds).toEqual(['deploy.a', 'check.n', 'undo deploy.a', 'deploy.a', 'check.n']);
    });
  }, 60_000);

  test('going on behind a failed phase takes again what was taken back', async () => {
    const world = looking();
    await goRecorded(server, world, deployed('continue'), async (run) => {
      expect((await run.result()).phases.map(({ status }) => status)).toEqual(['taken-back', 'taken-back']);
      expect(world.deeds).toEqual(['deploy.a', 'check.n', 'undo deploy.a', 'deploy.a', 'undo deploy.a']);
    });
  }, 60_000);

  test('a person is asked before the rollback: a waiver leaves all as it is', async () => {
    const world = looking();
    await goRecorded(server, world, deployed('ask'), async (run) => {
      await run.until((s) => s.waiting?.kind === 'operator', 'the question');
      const until = new Date(Date.now() + 3_600_000).toISOString();
      await run.send('waive', { gate: 'check.v', role: 'cto', by: 'Ada', reason: 'known', until });
      expect((await run.result()).verdict).toBe('waived');
      expect(world.deeds).toEqual(['deploy.a', 'check.n']);
    });
  }, 60_000);

  test('a person is asked before the rollback: to take the phase again runs it first', async () => {
    const world = looking();
    await goRecorded(server, world, deployed('ask'), async (run) => {
      await run.until((s) => s.waiting?.kind === 'operator', 'the question');
      await run.send('choose', { choice: 'retry-phase', role: 'sre', by: 'Sam' });
      expect((await run.result()).verdict).toBe('go');
      expect(world.deeds).toEqual(['deploy.a', 'check.n', 'undo deploy.a', 'deploy.a', 'check.n']);
    });
  }, 60_000);

  test('a decision waits for its person, and a rejection runs the rollback that it names', async () => {
    const world = new FakeWorld();
    const rule = approval('d', { when: 'after', onReject: 'R1' });
    const made = plan([phase('deploy', [step('a')])], {
      rollbacks: { R1 },
      onNoGo: 'keep',
      decisions: [{ id: 'd', title: 'D', requires: ['deploy'], approval: rule }],
    });
    await goRecorded(server, world, made, async (run) => {
      const asked = await run.until((s) => s.waiting?.id === 'd', 'the approval');
      expect(asked.decisions[0]).toEqual({ id: 'd', title: 'D', sentence: 'Holds; waiting for CTO.', waits: true });
      await run.send('reject', { approval: 'd', role: 'cto', by: 'Ada', reason: 'no' });
      expect((await run.result()).verdict).toBe('no-go');
      expect(world.deeds).toEqual(['deploy.a', 'undo deploy.a']);
    });
  }, 60_000);

  test('a condition that cannot be read fails its phase and stops nothing for good', async () => {
    const world = new FakeWorld();
    const unread = { when: 'phases.nowhere.steps.a.v > 1' };
    await goRecorded(
      server,
      world,
      plan([phase('one', [step('a')]), phase('two', [step('b')], unread)]),
      async (run) => {
        const state = await run.result();
        expect(state.verdict).toBe('inconclusive');
        expect(state.phases[1]?.sentence).toMatch(/cannot be said/);
        expect(world.deeds).toEqual(['one.a', 'undo one.a']);
      },
    );
  }, 60_000);

  test('an error that nobody foresaw takes the way back', async () => {
    const world = new FakeWorld();
    const made = plan([phase('one', [step('a')]), phase('two', [step('b')])]);
    // A plan as no planner makes it.
    Object.assign(made.phases[1] ?? {}, { steps: null });
    await goRecorded(server, world, made, async (run) => {
      expect((await run.result()).verdict).toBe('no-go');
      expect(world.deeds).toEqual(['one.a', 'undo one.a']);
    });
  }, 60_000);
});
