import { describe, expect, test } from '@jest/globals';
import { asId } from '../../model/plan/address.js';
import { approval, phase, plan, step } from '../kits/plans.js';
import { FakeWorld } from '../kits/fake-world.js';
import { goRecorded } from '../kits/recorded-go-live.js';
import { suiteServer } from '../kits/suite-server.js';

const server = suiteServer();

describe('people', () => {
  const asked = () =>
    plan([phase('one', [step('a')], { approvals: [approval('one', { needs: [{ role: 'cto', count: 2 }] })] })]);

  test('quorum of distinct people; refusals say why and change nothing; an early vote counts', async () => {
    const world = new FakeWorld();
    const made = asked();
    await goRecorded(server, world, made, async (run) => {
      await run.until((s) => s.waiting?.id === 'one', 'the approval');
      expect(await run.send('approve', { approval: 'one', role: 'sre', by: 'Sam' })).toMatchObject({ accepted: false });
      expect(await run.send('approve', { approval: 'none', role: 'cto', by: 'Ada' })).toMatchObject({
        accepted: false,
      });
      expect(await run.send('approve', { approval: 'one', role: 'cto', by: 'Ada' })).toMatchObject({ accepted: true });
      expect(await run.send('approve', { approval: 'one', role: 'cto', by: ' ada ' })).toMatchObject({
        accepted: false,
      });
      await expect(run.send('approve', { approval: 'one', role: 'cto', who: 'Bob' })).rejects.toThrow();
      await run.handle.signal('approve', { nonsense: true });
      await run.handle.signal('approve', { approval: 'one', role: 'cto', by: 'Bob' });
      const state = await run.result();
      expect(state.verdict).toBe('go');
      expect(state.approvals[0]?.votes.map((v) => [v.by, v.via])).toEqual([
        ['Ada', 'update'],
        ['Bob', 'signal'],
      ]);
      expect(state.refusals).toHaveLength(4);
      expect(world.deeds).toEqual(['one.a']);
    });
  }, 60_000);

  test('a question tells what was found before it is asked', async () => {
    const world = new FakeWorld();
    const question = 'Step a was done: ${{ has(phases.one.steps.a) }}, b: ${{ phases.one.steps.b.x }}. On?';
    const made = plan([
      phase('one', [step('a')]),
      phase('two', [step('c')], { approvals: [approval('two', { question, late: true })] }),
    ]);
    await goRecorded(server, world, made, async (run) => {
      const inWords = 'Step a was done: true, b: (unknown: phases.one.steps.b.x). On?';
      const state = await run.until((s) => s.waiting?.id === 'two', 'the question');
      expect([state.waiting?.text, state.approvals[0]?.question]).toEqual([inWords, inWords]);
      await run.send('reject', { approval: 'two', role: 'cto', by: 'Ada', reason: 'no' });
      expect((await run.result()).phases[1]?.sentence).toContain(`${inWords} Rejected by Ada`);
    });
  }, 60_000);

  test('time running out is never an approval', async () => {
    const world = new FakeWorld();
    const made = plan([phase('one', [step('a')], { approvals: [approval('one', { expiresMs: 500 })] })]);
    await goRecorded(server, world, made, async (run) => {
      const state = await run.result();
      expect(state.verdict).toBe('no-go');
      expect(state.phases[0]?.sentence).toMatch(/Expired at/);
      expect(world.deeds).toEqual([]);
    });
  }, 60_000);

  test('an approval for the first attempt does not count for the second', async () => {
    const world = new FakeWorld();
    world.broken.set('one.a', 1);
    const made = plan([
      phase('one', [step('a')], {
        approvals: [approval('one')],
        onFail: { attempts: 2, then: 'stop', ask: { role: 'sre', expiresMs: 1000 } },
      }),
    ]);
    await goRecorded(server, world, made, async (run) => {
      await run.until((s) => s.waiting?.id === 'one', 'the first question');
      await run.send('approve', { approval: 'one', role: 'cto', by: 'Ada' });
      const second = await run.until(
        (s) => s.phases[0]?.attempt === 2 && s.waiting?.id === 'one',
        'the second question',
      );
      expect(second.approvals[0]?.votes[0]).toMatchObject({ status: 'void' });
      await run.send('reject', { approval: 'one', role: 'cto', by: 'Ada', reason: 'not twice' });
      expect((await run.result()).verdict).toBe('no-go');
    });
  }, 60_000);

  test('a checklist waits for its role', async () => {
    const world = new FakeWorld();
    const made = plan([
      phase('one', [step('a')], { checklist: [{ id: asId('one.window'), text: 'Window confirmed', role: 'sre' }] }),
    ]);
    await goRecorded(server, world, made, async (run) => {
      await run.until((s) => s.waiting?.kind === 'checklist', 'the checklist');
      expect(await run.send('tick', { item: 'one.window', role: 'cto', by: 'Ada' })).toMatchObject({ accepted: false });
      await run.send('tick', { item: 'one.window', role: 'sre', by: 'Sam' });
      const state = await run.result();
      expect(state.checklist[0]).toMatchObject({ by: 'Sam' });
    });
  }, 60_000);
});
