import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { choose, deployed, lookingWorld as world, R1 } from '../kits/deployed.js';
import { approval, phase, plan, step } from '../kits/plans.js';
import { type RunGoLive, simulatedTime, simulatedWorkflows } from '../kits/simulated.js';

let run: RunGoLive;
beforeAll(async () => {
  run = await simulatedWorkflows();
});
beforeEach(simulatedTime);

describe('a decision', () => {
  test('is no GO before the person agreed: it holds, and waits', async () => {
    const outside = world();
    const seen: object[] = [];
    outside.say = ({ waiting, decisions }) => {
      if (waiting?.id !== 'd') return [];
      seen.push({ ...decisions[0] });
      return [{ name: 'approve', message: { approval: 'd', role: 'cto', by: 'Ada' } }];
    };
    const decisions = [{ id: 'd', title: 'D', requires: ['deploy'], approval: approval('d', { when: 'after' }) }];
    const state = await run(plan([phase('deploy', [step('a')])], { decisions }), outside);
    expect(seen).toEqual([{ id: 'd', title: 'D', sentence: 'Holds; waiting for CTO.', waits: true }]);
    expect(state.decisions[0]).toMatchObject({
      verdict: 'go',
      sentence: expect.stringMatching(/^Its one requirement holds\. Approved by Ada/),
    });
    expect(state.decisions[0]).not.toHaveProperty('waits');
  });

  test('that held before everything was undone at the end is no GO', async () => {
    const decisions = [
      { id: 'all', title: 'All', requires: ['deploy', 'check'] },
      { id: 'some', title: 'Some', requires: ['deploy'] },
    ];
    const outside = world();
    const state = await run(deployed('stop', 1, { rollbacks: { R1: { ...R1, undo: 'none' } }, decisions }), outside);
    expect(outside.deeds).toEqual(['deploy.a', 'check.n', 'undo deploy.a']);
    expect(state.decisions.map(({ verdict }) => verdict)).toEqual(['no-go', 'no-go']);
    expect(state.decisions[1]?.sentence).toBe('deploy: It was taken back by undo.');
  });

  test('stays GO when only what was held is released', async () => {
    const outside = world();
    const state = await run(plan([phase('freeze', [step('f', { undoOn: 'always' }), step('a')])]), outside);
    expect([outside.deeds.at(-1), state.verdict, state.phases[0]?.status]).toEqual(['undo freeze.f', 'go', 'passed']);
  });
});

describe('nothing stops a go-live for good', () => {
  test('a condition that cannot be read fails its phase with its sentence', async () => {
    const made = plan([phase('one', [step('a')]), phase('two', [step('b')], { when: 'phases.nowhere.steps.a.v > 1' })]);
    const outside = world();
    const state = await run(made, outside);
    expect(outside.deeds).toEqual(['one.a', 'undo one.a']);
    expect(state.verdict).toBe('inconclusive');
    expect(state.phases[1]?.sentence).toMatch(
      /^Whether it is to run cannot be said: 'phases\.nowhere.*no value 'nowhere'/,
    );
  });

  test('and asks where its failures ask', async () => {
    const onFail = { attempts: 1, then: 'ask', ask: { role: 'sre', expiresMs: 60_000 } } as const;
    const made = plan([phase('one', [step('a')], { when: 'phases.nowhere.steps.a.v > 1', onFail })]);
    const outside = world({ one: [choose('stop')] });
    expect((await run(made, outside)).operator[0]).toMatchObject({ choice: 'stop', about: 'one' });
  });

  test('an error that nobody foresaw is as an abort: what was done is undone, newest first', async () => {
    const made = plan([phase('one', [step('a')]), phase('two', [step('b')])]);
    const [, two] = made.phases;
    // A plan as no planner makes it.
    Object.assign(two ?? {}, { steps: null });
    const outside = world();
    const state = await run(made, outside);
    expect(outside.deeds).toEqual(['one.a', 'undo one.a']);
    expect(state).toMatchObject({ verdict: 'no-go', phases: [{ status: 'taken-back' }, {}] });
  });

  test('an event log that cannot be written does not keep the way back from being taken', async () => {
    const outside = world();
    outside.say = ({ phases }) => {
      if (phases[1]?.status === 'waiting') outside.failing.add('appendEvents');
      return [];
    };
    const made = plan([phase('one', [step('a')]), phase('two', [step('b')], { approvals: [approval('two')] })]);
    const state = await run(made, outside);
    expect(outside.deeds).toEqual(['one.a', 'undo one.a']);
    expect(state.sentence).toMatch(/^Aborted by golive: .*appendEvents fails/);
  });
});
