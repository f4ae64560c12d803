import { describe, expect, test } from '@jest/globals';
import { asId } from '../../model/plan/address.js';
import { gate, phase, plan, step } from '../kits/plans.js';
import { FakeWorld } from '../kits/fake-world.js';
import { goRecorded } from '../kits/recorded-go-live.js';
import { suiteServer } from '../kits/suite-server.js';
import { eventually } from '../kits/until.js';

const server = suiteServer();

describe('the straight way', () => {
  test('runs phases in order, gives outputs to gates, and ends in go', async () => {
    const world = new FakeWorld();
    world.outputs = () => ({ score: 0.9 });
    const made = plan([
      phase('one', [step('a'), { parallel: [step('b'), step('c')] }]),
      phase('two', [step('d', { when: 'phases.one.steps.a.score > 0.5' }), step('e', { when: 'false' })], {
        gates: [gate('score', 'steps.d.score', 0.8)],
      }),
    ]);
    await goRecorded(server, world, made, async (run) => {
      const state = await run.result();
      expect(state.verdict).toBe('go');
      expect(state.phases.map((p) => p.status)).toEqual(['passed', 'passed']);
      expect(state.phases[1]?.steps.map((s) => s.status)).toEqual(['done', 'skipped']);
      expect(state.phases[1]?.gates[0]).toMatchObject({ verdict: 'go', value: 0.9 });
      expect(world.deeds).toEqual(['one.a', 'one.b', 'one.c', 'two.d']);
    });
  }, 60_000);

  test('a missing value is inconclusive and stops like no-go; what was done is undone, newest first', async () => {
    const world = new FakeWorld();
    const made = plan([
      phase('one', [step('a'), step('b')], { gates: [gate('score', 'steps.b.absent', 1)] }),
      phase('two', [step('c')]),
    ]);
    await goRecorded(server, world, made, async (run) => {
      const state = await run.result();
      expect(state.verdict).toBe('inconclusive');
      expect(state.phases[0]?.gates[0]?.verdict).toBe('inconclusive');
      expect(state.phases[1]?.status).toBe('pending');
      expect(world.deeds).toEqual(['one.a', 'one.b', 'undo one.b', 'undo one.a']);
    });
  }, 60_000);
});

describe('failure', () => {
  test('undos of different kinds run newest first', async () => {
    const world = new FakeWorld();
    world.broken.set('one.c', 1);
    const made = plan([phase('one', [step('a'), step('b', { uses: 'other.act' }), step('c', { uses: 'other.act' })])]);
    await goRecorded(server, world, made, async (run) => {
      expect((await run.result()).verdict).toBe('no-go');
      expect(world.deeds).toEqual(['one.a', 'one.b', 'undo one.c', 'undo one.b', 'undo one.a']);
    });
  }, 60_000);

  test('rollback, return to an earlier phase, second attempt passes', async () => {
    const world = new FakeWorld();
    world.broken.set('two.b', 1);
    const made = plan(
      [
        phase('one', [step('a')]),
        phase('two', [step('b')], {
          onFail: { attempts: 2, rollback: 'R1', then: { return: asId('one') }, ask: { role: 'sre', expiresMs: 1000 } },
        }),
      ],
      { rollbacks: { R1: { id: 'R1', title: 'way back', undo: 'phase', steps: [step('clean', { ownUndo: false })] } } },
    );
    await goRecorded(server, world, made, async (run) => {
      const state = await run.result();
      expect(state.verdict).toBe('go');
      expect(state.rollbacks.map((r) => [r.id, r.status])).toEqual([['R1', 'done']]);
      // The undo of the failed deed runs too: a step that reported failure may have acted.
      expect(world.deeds).toEqual(['one.a', 'undo two.b', 'rollback-R1.clean', 'one.a', 'two.b']);
      expect(state.phases.map((p) => p.attempt)).toEqual([2, 2]);
      expect(state.phases[1]?.history).toHaveLength(1);
    });
  }, 60_000);

  test('a failing undo is loud: ROLLBACK INCOMPLETE, and the other undos still run', async () => {
    const world = new FakeWorld();
    world.broken.set('one.c', 1).set('undo one.b', 99);
    const made = plan([phase('one', [step('a'), step('b'), step('c')])]);
    await goRecorded(server, world, made, async (run) => {
      await run.until((s) => s.waiting?.about === 'one.b', 'the question about the undo');
      await run.send('choose', { choice: 'stop', role: 'sre', by: 'Sam' });
      const state = await run.result();
      expect(state.rollbackIncomplete).toBe(true);
      expect(state.sentence).toMatch(/^ROLLBACK INCOMPLETE/);
      expect(world.deeds).toEqual(['one.a', 'one.b', 'undo one.c', 'undo one.a']);
    });
  }, 90_000);

  test('an operator retries from the failed step, earlier outputs kept; skips with a reason', async () => {
    const world = new FakeWorld();
    world.broken.set('one.b', 1).set('one.c', 9);
    const made = plan([
      phase('one', [step('a'), step('b', { onFail: 'ask' }), step('c', { onFail: 'ask', maySkip: true })]),
    ]);
    await goRecorded(server, world, made, async (run) => {
      await run.until((s) => s.waiting?.about === 'one.b', 'the question about one.b');
      expect(await run.send('choose', { choice: 'skip', role: 'sre', by: 'Sam' })).toMatchObject({ accepted: false });
      expect(await run.send('choose', { choice: 'retry', role: 'sre', by: 'Sam' })).toMatchObject({ accepted: true });
      await run.until((s) => s.waiting?.about === 'one.c', 'the question about one.c');
      expect(await run.send('choose', { choice: 'skip', role: 'sre', by: 'Sam' })).toMatchObject({
        accepted: false,
        reason: expect.stringContaining('reason'),
      });
      await run.send('choose', { choice: 'skip', role: 'sre', by: 'Sam', reason: 'known' });
      const state = await run.result();
      expect(state.verdict).toBe('go');
      expect(world.deeds).toEqual(['one.a', 'one.b']);
      expect(state.phases[0]?.steps.find((s) => s.id === 'c')?.skipped).toBe('Sam (sre): known');
    });
  }, 60_000);

  test('a deed in doubt asks a person, each one by itself; done is believed with a reason and not done again', async () => {
    const world = new FakeWorld();
    world.doubtful.add('one.a').add('one.b');
    const once = { effect: 'once' } as const;
    const made = plan([phase('one', [{ parallel: [step('a', once), step('b', once)] }, step('c')])]);
    await goRecorded(server, world, made, async (run) => {
      const asked = await run.until((s) => s.waiting?.about === 'one.a', 'the question about one.a');
      expect(asked.waiting?.choices).toEqual(['done', 'retry', 'retry-phase', 'rollback', 'stop']);
      expect(asked.waiting?.commands[0]).toMatch(/^golive done t.* --as sre --reason "…"$/);
      const say = { role: 'sre', by: 'Sam' };
      expect(await run.send('choose', { ...say, choice: 'done' })).toMatchObject({ accepted: false });
      expect(await run.send('choose', { ...say, choice: 'retry', step: 'b' })).toMatchObject({
        accepted: false,
        reason: "The question is about 'one.a', not about 'b'.",
      });
      await run.send('choose', { ...say, choice: 'done', step: 'a', reason: 'row 7 is there' });
      await run.until((s) => s.waiting?.about === 'one.b', 'the question about one.b');
      expect(world.deeds).toEqual([]);
      await run.send('choose', { ...say, choice: 'retry' });
      const state = await run.result();
      expect(state.verdict).toBe('go');
      expect(world.deeds).toEqual(['one.b', 'one.c']);
      const [a, b] = state.phases[0]?.steps ?? [];
      expect(a).toMatchObject({ status: 'done', epoch: 1, summary: expect.stringContaining('row 7 is there') });
      expect(b).toMatchObject({ status: 'done', epoch: 2 });
      expect(world.events.find(({ type }) => type === 'step.settled')).toMatchObject({
        step: 'a',
        by: 'Sam',
        epoch: 1,
      });
    });
  }, 60_000);

  test('a waiver of the failed gate lets the phase pass; a floor cannot be waived', async () => {
    const world = new FakeWorld();
    const made = plan([
      phase('one', [step('a')], {
        gates: [gate('soft-spot', 'steps.a.ok', 2), gate('floor', 'steps.a.ok', 1, { floor: true })],
        onFail: { attempts: 1, then: 'ask', ask: { role: 'cto', expiresMs: 60_000 } },
      }),
    ]);
    const until = new Date(Date.now() + 3_600_000).toISOString();
    await goRecorded(server, world, made, async (run) => {
      await run.until((s) => s.waiting?.kind === 'operator', 'the question');
      expect(await run.send('waive', { gate: 'one.floor', role: 'cto', by: 'Ada', reason: 'x', until })).toMatchObject({
        accepted: false,
      });
      expect(
        await run.send('waive', { gate: 'one.soft-spot', role: 'cto', by: 'Ada', reason: 'risk accepted', until }),
      ).toMatchObject({ accepted: true });
      const state = await run.result();
      expect(state.verdict).toBe('waived');
      expect(state.waivers[0]).toMatchObject({ used: true, by: 'Ada' });
    });
  }, 60_000);

  test('a decision that rests on a waiver of a whole phase says that it was used', async () => {
    const world = new FakeWorld();
    world.broken.set('one.a', 1);
    const made = plan([
      phase('one', [step('a')], {
        onFail: { attempts: 1, then: 'ask', ask: { role: 'cto', expiresMs: 60_000 } },
      }),
      phase('two', [step('b')]),
    ]);
    const given = { role: 'cto', by: 'Ada', reason: 'known', until: new Date(Date.now() + 3_600_000).toISOString() };
    await goRecorded(server, world, made, async (run) => {
      await run.until((s) => s.waiting?.kind === 'operator', 'the question');
      await run.send('waive', { gate: 'one', ...given });
      await run.send('waive', { gate: 'two', ...given });
      await run.send('choose', { choice: 'continue', role: 'cto', by: 'Ada', reason: 'waived' });
      const state = await run.result();
      expect(state.verdict).toBe('waived');
      expect(state.waivers.map(({ gate: of, used }) => [of, used])).toEqual([
        ['one', true],
        ['two', false],
      ]);
    });
  }, 60_000);
});

describe('abort', () => {
  test('the hanging deed stops first, then everything is undone newest first', async () => {
    const world = new FakeWorld();
    world.hanging.add('two.b');
    const made = plan([phase('one', [step('a')]), phase('two', [step('b')])]);
    await goRecorded(server, world, made, async (run) => {
      await run.until((s) => s.phases[1]?.status === 'running', 'phase two');
      await eventually('the deed', 20_000, () => world.deeds.includes('two.b'));
      await run.send('abort', { by: 'Ada', reason: 'enough' });
      const state = await run.result();
      expect(world.deeds).toEqual(['one.a', 'two.b', 'stopped two.b', 'undo two.b', 'undo one.a']);
      expect(state).toMatchObject({ verdict: 'no-go', rollbackIncomplete: false });
      expect(state.sentence).toMatch(/^Aborted by Ada: enough/);
    });
  }, 60_000);

  test("Temporal's own cancel is an abort with its way back", async () => {
    const world = new FakeWorld();
    world.hanging.add('one.b');
    const made = plan([phase('one', [step('a'), step('b')])]);
    await goRecorded(server, world, made, async (run) => {
      await eventually('the deed', 20_000, () => world.deeds.includes('one.b'));
      await run.handle.cancel();
      const state = await run.result();
      expect(world.standing().filter((deed) => !deed.startsWith('stopped'))).toEqual([]);
      expect(state.verdict).toBe('no-go');
    });
  }, 60_000);

  test('what is marked undoOn: always is released at a good end too', async () => {
    const world = new FakeWorld();
    const made = plan([phase('one', [step('freeze', { undoOn: 'always' }), step('a')])]);
    await goRecorded(server, world, made, async (run) => {
      expect((await run.result()).verdict).toBe('go');
      expect(world.deeds).toEqual(['one.freeze', 'one.a', 'undo one.freeze']);
    });
  }, 60_000);
});

test('a plan without any decision never ends in go', async () => {
  const world = new FakeWorld();
  const made = plan([phase('one', [step('a')])], { decisions: [] });
  await goRecorded(server, world, made, async (run) => {
    expect((await run.result()).verdict).toBe('inconclusive');
  });
}, 60_000);
