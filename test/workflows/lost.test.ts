import { expect, test } from '@jest/globals';
import type { GoLiveState } from '../../model/state/state.js';
import type { Plan } from '../../model/plan/plan.js';
import { FakeWorld } from '../kits/fake-world.js';
import { recordTest } from '../kits/histories.js';
import { phase, plan, step } from '../kits/plans.js';
import { begin, type Running, withWorker } from '../kits/run-go-live.js';
import { suiteServer } from '../kits/suite-server.js';
import { eventually } from '../kits/until.js';

const server = suiteServer();

const R1 = { id: 'R1', title: 'way back', undo: 'phase', steps: [] } as const;
/** The deed of `two.c` hangs; the phase has two others behind it, and a rollback of its own. */
function hanging(): { world: FakeWorld; made: Plan } {
  const world = new FakeWorld();
  world.hanging.add('two.c');
  const onFail = { attempts: 1, rollback: 'R1', then: 'stop', ask: { role: 'sre', expiresMs: 1000 } } as const;
  const steps = [step('a'), step('b', { undo: [] }), step('c'), step('d')];
  const made = plan([phase('one', [step('a')]), phase('two', steps, { onFail })], {
    rollbacks: { R1: { ...R1, steps: [] } },
  });
  return { world, made };
}

/** Ends the phase from outside while its deed hangs. */
async function terminated(world: FakeWorld, made: Plan, name = 'two.c'): Promise<GoLiveState> {
  return withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
    const run: Running = await begin(server.client, made.target.id, made);
    await eventually('the deed', 20_000, () => world.deeds.includes(name));
    const child = (await run.state()).phases.find(({ status }) => status === 'running')?.workflowId ?? '';
    await server.client.workflow.getHandle(child).terminate('by hand');
    const state = await run.result();
    await recordTest(server.client, made.target.id);
    return state;
  });
}

test('a phase that is terminated is a failed phase: what its journals promised is undone, newest first', async () => {
  const { world, made } = hanging();
  const state = await terminated(world, made);
  expect(world.deeds.filter((deed) => deed.startsWith('undo'))).toEqual(['undo two.c', 'undo two.a', 'undo one.a']);
  expect(state).toMatchObject({ verdict: 'no-go', rollbackIncomplete: false });
  expect(state.rollbacks.map(({ id, status }) => [id, status])).toEqual([
    ['R1', 'done'],
    ['undo', 'done'],
  ]);
  expect(state.phases[1]?.sentence).toBe(
    "The execution of '1 two' was ended from outside: Terminated. Of 2 begun steps, the journal says how to take it back.",
  );
}, 60_000);

test('a journal that nobody can read is ROLLBACK INCOMPLETE, and the sentences say whose', async () => {
  const { world, made } = hanging();
  world.unreadable = 'its journal is damaged';
  // Nobody holds the role that could be asked about them.
  const state = await terminated(world, { ...made, people: { Ada: ['cto'] } });
  expect(state.sentence).toMatch(/^ROLLBACK INCOMPLETE/);
  expect(state.phases[1]?.sentence).toContain('Of 2, nobody knows (a: its journal is damaged).');
  expect(state.rollbacks[0]?.steps[0]).toMatchObject({
    status: 'undo-failed',
    failure: { message: 'Nobody knows how: its journal is damaged.' },
  });
}, 60_000);

test('what is kept on purpose stays, and what is due at every end is done', async () => {
  const world = new FakeWorld();
  world.hanging.add('one.b');
  const made = plan([phase('one', [step('freeze', { undoOn: 'always' }), step('a'), step('b')])], { onNoGo: 'keep' });
  const state = await terminated(world, made, 'one.b');
  expect(world.deeds.filter((deed) => deed.startsWith('undo'))).toEqual(['undo one.freeze']);
  expect(state.rollbackIncomplete).toBe(false);
}, 60_000);
