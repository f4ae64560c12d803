import { expect, test } from '@jest/globals';
import type { Plan } from '../../model/plan/plan.js';
import type { GoLiveState } from '../../model/state/state.js';
import { FakeWorld } from '../kits/fake-world.js';
import { recordAs } from '../kits/histories.js';
import { phase, plan, step } from '../kits/plans.js';
import { begin, withWorker } from '../kits/run-go-live.js';
import { suiteServer } from '../kits/suite-server.js';

const server = suiteServer();

async function go(made: Plan, record?: string): Promise<{ state: GoLiveState; deeds: string[] }> {
  const world = new FakeWorld();
  return withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
    const state = await (await begin(server.client, made.target.id, made)).result();
    if (record !== undefined) await recordAs(server.client, made.target.id, record);
    return { state, deeds: world.deeds };
  });
}

const when = (condition: string, text: string): Plan =>
  plan([phase('one', [step('a'), step('b', { when: condition })])], { inputs: { text } });

// Recorded with an engine that looks ahead: there the step was done.
test('a condition that looks ahead cannot be computed, and its step is not done', async () => {
  const { state, deeds } = await go(when('inputs.text.matches("^(?=v).")', 'v1'), 'a-condition-that-looks-ahead');
  expect(deeds).not.toContain('one.b');
  expect(state.verdict).not.toBe('go');
}, 60_000);
