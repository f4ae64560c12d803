import { describe, expect, test } from '@jest/globals';
import type { LoggedEvent } from '../../model/evidence/logged-event.js';
import { recompute } from '../../model/judge/recompute.js';
import type { Plan } from '../../model/plan/plan.js';
import { FakeWorld } from '../kits/fake-world.js';
import { recordAs } from '../kits/histories.js';
import { approval, gate, phase, plan, step } from '../kits/plans.js';
import { begin, type Running, withWorker } from '../kits/run-go-live.js';
import { suiteServer } from '../kits/suite-server.js';

const server = suiteServer();

const auto = (rule: string, ...reads: string[][]) => ({ auto: { rule, reads } });
async function go(made: Plan, world: FakeWorld, drive: (run: Running) => Promise<void>): Promise<void> {
  await withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
    await drive(await begin(server.client, made.target.id, made));
  });
}
const before = (risk: string, more: Partial<Plan> = {}) =>
  plan(
    [phase('one', [step('a')], { approvals: [approval('one', auto('inputs.risk == "low"', ['inputs', 'risk']))] })],
    {
      inputs: { risk },
      ...more,
    },
  );

describe('a phase that a rule may approve', () => {
  test('is approved by it, and the record says what it saw', async () => {
    const world = new FakeWorld();
    const made = before('low');
    await go(made, world, async (run) => {
      const state = await run.result();
      expect(state).toMatchObject({ verdict: 'go' });
      expect(state.approvals[0]).toMatchObject({
        status: 'approved',
        votes: [],
        sentence: 'Approved by policy: inputs.risk == "low".',
        policy: { rule: 'inputs.risk == "low"', holds: true, values: { 'inputs.risk': 'low' } },
      });
      expect(world.events.find(({ type }) => type === 'approval.policy')).toMatchObject({
        approval: 'one',
        holds: true,
      });
      const logged = world.events.map((event, seq) => ({ seq, ...event })) as LoggedEvent[];
      expect(recompute(made, state.startedAt, logged).policies).toMatchObject([
        { approval: 'one', holds: true, logged: true },
      ]);
      // Told otherwise, it is seen.
      const other = { ...made, inputs: { risk: 'high' } };
      expect(recompute(other, state.startedAt, logged).policies).toMatchObject([{ holds: false, logged: true }]);
      await recordAs(server.client, made.target.id, 'a-phase-approved-by-policy');
    });
  }, 60_000);

  test('asks people when the rule does not hold', async () => {
    const world = new FakeWorld();
    await go(before('high'), world, async (run) => {
      const state = await run.until((one) => one.waiting?.id === 'one', 'the question');
      expect(state.approvals[0]).toMatchObject({
        status: 'open',
        policy: { holds: false, values: { 'inputs.risk': 'high' } },
      });
      await run.send('approve', { approval: 'one', role: 'cto', by: 'Ada' });
      expect((await run.result()).approvals[0]?.sentence).toContain('Approved by Ada');
    });
  }, 60_000);

  test('is not approved by its rule against a no that was given before', async () => {
    const world = new FakeWorld();
    const slow = plan([
      phase('zero', [step('hold')], { approvals: [approval('zero')] }),
      phase('one', [step('a')], { approvals: [approval('one', auto('true'))] }),
    ]);
    await go(slow, world, async (run) => {
      await run.until((one) => one.waiting?.id === 'zero', 'the question');
      await run.send('reject', { approval: 'one', role: 'cto', by: 'Ada', reason: 'not tonight' });
      await run.send('approve', { approval: 'zero', role: 'cto', by: 'Ada' });
      expect(await run.result()).toMatchObject({ verdict: 'no-go' });
      expect(world.deeds).not.toContain('one.a');
    });
  }, 60_000);

  test('may look at what the steps measured, once they have', async () => {
    const world = new FakeWorld();
    world.outputs = () => ({ errors: 3 });
    const rule = auto('steps.a.errors < 1.0', ['steps', 'a', 'errors']);
    const made = plan([
      phase('one', [step('a')], {
        approvals: [approval('one', { when: 'after', ...rule })],
        gates: [gate('g', 'steps.a.errors', 0)],
      }),
    ]);
    await go(made, world, async (run) => {
      const state = await run.until((one) => one.waiting?.id === 'one', 'the question');
      expect(state.approvals[0]?.policy).toEqual({
        rule: 'steps.a.errors < 1.0',
        holds: false,
        values: { 'steps.a.errors': 3 },
      });
      await run.send('reject', { approval: 'one', role: 'cto', by: 'Ada', reason: 'no' });
      await run.result();
    });
  }, 60_000);
});
