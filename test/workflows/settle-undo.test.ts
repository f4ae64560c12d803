import { expect, test } from '@jest/globals';
import { listGoLives } from '../../client/go-live/list.js';
import type { Plan } from '../../model/plan/plan.js';
import { FakeWorld } from '../kits/fake-world.js';
import { phase, plan, step } from '../kits/plans.js';
import { type Running } from '../kits/run-go-live.js';
import { goRecorded } from '../kits/recorded-go-live.js';
import { suiteServer } from '../kits/suite-server.js';
import { eventually } from '../kits/until.js';

const server = suiteServer();

const SAM = { role: 'sre', by: 'Sam' };

/** A phase of three steps whose last one fails, and a world in which undos fail so many times. */
function failing(undos: Record<string, number>, more: Partial<Plan> = {}): { world: FakeWorld; made: Plan } {
  const world = new FakeWorld();
  world.broken.set('one.c', 1);
  for (const [name, times] of Object.entries(undos)) world.broken.set(`undo ${name}`, times);
  return { world, made: plan([phase('one', [step('a'), step('b'), step('c')])], more) };
}

function go({ world, made }: ReturnType<typeof failing>, drive: (run: Running) => Promise<void>): Promise<void> {
  return goRecorded(server, world, made, drive);
}

test('an undo that failed is asked about: tried again, and done by hand with a reason', async () => {
  const broken = failing({ 'one.a': 2, 'one.b': 9 });
  await go(broken, async (run) => {
    const asked = await run.until((s) => s.waiting?.about === 'one.b', 'the question about b');
    expect(asked.waiting).toMatchObject({ choices: ['retry', 'done', 'stop'], roles: ['sre'] });
    expect(asked.waiting?.text).toMatch(/^Undo one · b: undo one\.b is broken\. `retry` tries again, /);
    expect(await run.send('choose', { ...SAM, choice: 'done' })).toMatchObject({ accepted: false });
    await run.send('choose', { ...SAM, choice: 'done', reason: 'row 7 is gone' });
    await run.until((s) => s.waiting?.about === 'one.a', 'the question about a');
    await run.send('choose', { ...SAM, choice: 'retry' });
    await run.until((s) => s.waiting?.about === 'one.a' && s.operator.length === 2, 'it failed again');
    await run.send('choose', { ...SAM, choice: 'retry' });
    const state = await run.result();
    expect(state.rollbackIncomplete).toBe(false);
    expect(broken.world.deeds.slice(2)).toEqual(['undo one.c', 'undo one.a']);
    expect(state.rollbacks[0]).toMatchObject({ status: 'done' });
    expect(state.rollbacks[0]?.steps.map(({ id, status, epoch }) => [id, status, epoch])).toEqual([
      ['undo.one.c', 'undone', 1],
      ['undo.one.b', 'undone', 1],
      ['undo.one.a', 'undone', 3],
    ]);
    expect(broken.world.events.find(({ type }) => type === 'undo.settled')).toMatchObject({
      step: 'b',
      by: 'Sam',
      summary: 'A person did it by hand. Sam (sre): row 7 is gone',
    });
  });
}, 60_000);

test('an abort is on the way back, too: its undos are asked about', async () => {
  const world = new FakeWorld();
  world.hanging.add('one.b');
  world.broken.set('undo one.a', 1);
  const made = plan([phase('one', [step('a'), step('b')])]);
  await go({ world, made }, async (run) => {
    await eventually('the deed', 20_000, () => world.deeds.includes('one.b'));
    await run.send('abort', { by: 'Ada', reason: 'enough' });
    await run.until((s) => s.waiting?.about === 'one.a', 'the question');
    await run.send('choose', { ...SAM, choice: 'retry' });
    expect(await run.result()).toMatchObject({ rollbackIncomplete: false });
    expect(world.deeds.at(-1)).toBe('undo one.a');
  });
}, 60_000);

test('given up, or nobody there to be asked, is ROLLBACK INCOMPLETE; the sentence says which', async () => {
  await go(failing({ 'one.a': 9 }, { people: { Ada: ['cto'] } }), async (run) => {
    expect((await run.result()).sentence).toMatch(/^ROLLBACK INCOMPLETE/);
  });
  const late = failing({ 'one.a': 9, 'one.b': 9 });
  const [one] = late.made.phases;
  if (one) one.onFail.ask.expiresMs = 300;
  await go(late, async (run) => {
    const state = await run.result();
    expect(state.rollbackIncomplete).toBe(true);
    expect(state.operator[0]).toMatchObject({ choice: 'stop', by: 'golive', reason: 'no answer in time' });
  });
}, 60_000);

test('what was left is told by a list', async () => {
  const left = failing({ 'one.a': 9 }, { people: { Ada: ['cto'] } });
  const target = left.made.target.id;
  await go(left, async (run) => {
    expect((await run.result()).rollbackIncomplete).toBe(true);
    const rows = await eventually('the list', 20_000, async () => {
      const found = await listGoLives(server.client, { limit: 5, target });
      return found.some(({ running }) => !running) ? found : undefined;
    });
    expect(rows.map(({ verdict, rollbackIncomplete }) => [verdict, rollbackIncomplete])).toEqual([['no-go', true]]);
  });
}, 60_000);

test('an undo is told whether its deed was seen done, by the go-live or by a person', async () => {
  const world = new FakeWorld();
  world.doubtful.add('one.b');
  world.broken.set('one.c', 1);
  const onFail = { attempts: 1, then: 'stop', ask: { role: 'sre', expiresMs: 60_000 } } as const;
  const made = plan([phase('one', [step('a'), step('b'), step('c')], { onFail })]);
  await go({ world, made }, async (run) => {
    await run.until((s) => s.waiting?.about === 'one.b', 'the question about b');
    await run.send('choose', { ...SAM, choice: 'done', reason: 'row 7 is there' });
    expect((await run.result()).rollbackIncomplete).toBe(false);
  });
  const undone = world.record.flatMap((one) => (one.what === 'done' && one.task.undoes ? [one.task.undoes] : []));
  expect(undone.map(({ step: name, deedDone }) => [name, deedDone])).toEqual([
    ['c', undefined],
    ['b', true],
    ['a', true],
  ]);
});

test('what a step of a rollback holds is released at the end, and nothing else of it is taken back', async () => {
  const world = new FakeWorld();
  world.broken.set('one.b', 1);
  world.broken.set('undo rollback-R1.freeze', 1);
  const steps = [step('freeze', { undoOn: 'always' }), step('restore', { undo: [] })];
  const onFail = { attempts: 1, rollback: 'R1', then: 'stop', ask: { role: 'sre', expiresMs: 60_000 } } as const;
  const made = plan([phase('one', [step('a'), step('b')], { onFail })], {
    rollbacks: { R1: { id: 'R1', title: 'way back', undo: 'phase', steps } },
  });
  await go({ world, made }, async (run) => {
    // The operator of the phase that was begun last answers for what belongs to none.
    await run.until((s) => s.waiting?.about === 'rollback-R1.freeze', 'the question about the release');
    await run.send('choose', { ...SAM, choice: 'retry' });
    expect((await run.result()).rollbackIncomplete).toBe(false);
  });
  expect(world.deeds).toEqual([
    'one.a',
    'undo one.b',
    'undo one.a',
    'rollback-R1.freeze',
    'rollback-R1.restore',
    'undo rollback-R1.freeze',
  ]);
}, 60_000);
