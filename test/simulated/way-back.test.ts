import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { asId, type PhaseId } from '../../model/plan/address.js';
import type { GoLiveState } from '../../model/state/state.js';
import { choose, deployed, looks, lookingWorld as world, R1 } from '../kits/deployed.js';
import { approval, gate, phase, plan, step } from '../kits/plans.js';
import { type RunGoLive, simulatedTime, simulatedWorkflows } from '../kits/simulated.js';
import { failure, type Said, type SimulatedWorld } from '../kits/simulated-world.js';

let run: RunGoLive;
beforeAll(async () => {
  run = await simulatedWorkflows();
});
beforeEach(simulatedTime);

const waive: Said = {
  name: 'waive',
  message: { gate: 'check.v', role: 'cto', by: 'Ada', reason: 'known', until: '2026-01-01T08:00:00Z' },
};
const statuses = ({ phases }: GoLiveState) => phases.map(({ status, attempt }) => `${status} ${attempt}`);
const types = (made: SimulatedWorld) => made.events.map(({ type }) => type);

describe('a second attempt', () => {
  test('begins at the earliest phase that the rollback took back, with its deed', async () => {
    const outside = world();
    const state = await run(deployed('stop', 2), outside);
    expect(outside.deeds).toEqual(['deploy.a', 'check.n', 'undo deploy.a', 'deploy.a', 'check.n', 'last.z']);
    expect([state.verdict, ...statuses(state)]).toEqual(['go', 'passed 2', 'passed 2', 'passed 1']);
    expect(state.phases[0]?.history[0]?.sentence).toBe('1 of 1 steps done. Taken back by R1.');
  });

  test('asks again for the approvals of what it takes again', async () => {
    const outside = world();
    const asked: string[] = [];
    outside.say = ({ waiting }) => {
      if (waiting?.kind !== 'approval') return [];
      asked.push(waiting.id);
      return [{ name: 'approve', message: { approval: waiting.id, role: 'cto', by: 'Ada' } }];
    };
    const made = deployed('stop', 2);
    made.phases[0]?.approvals.push(approval('deploy'));
    expect((await run(made, outside)).verdict).toBe('go');
    expect(asked).toEqual(['deploy', 'deploy']);
  });

  test('begins at what the steps of the rollback take back, when it says so', async () => {
    const outside = world();
    const R2 = { ...R1, undo: 'none' as const, takesBack: [asId<PhaseId>('deploy')], steps: [step('old', looks)] };
    const state = await run(deployed('stop', 2, { rollbacks: { R1: R2 } }), outside);
    expect(outside.deeds).toEqual(['deploy.a', 'check.n', 'rollback-R1.old', 'deploy.a', 'check.n', 'last.z']);
    expect(state.verdict).toBe('go');
  });

  test('of a phase that fails for good leaves a no-go that says why', async () => {
    const outside = world();
    outside.step = () => ({ v: 0 });
    const state = await run(deployed('stop', 2), outside);
    expect(outside.deeds.filter((deed) => deed === 'check.n')).toHaveLength(2);
    expect([state.verdict, ...statuses(state)]).toEqual(['no-go', 'taken-back 2', 'taken-back 2', 'pending 0']);
    expect(state.decisions[0]?.sentence).toMatch(
      /^check: v 0, needs ≥ 2.*Taken back by R1\. \(of its 3 requirements 2 more: deploy, last\)$/,
    );
  });
});

describe('going on behind a failed phase', () => {
  test('takes again first what its rollback took back; the failed phase stays failed and is not run again', async () => {
    const outside = world();
    const state = await run(
      deployed('continue', 1, { decisions: [{ id: 'd', title: 'D', requires: ['deploy', 'last'] }] }),
      outside,
    );
    expect(outside.deeds).toEqual(['deploy.a', 'check.n', 'undo deploy.a', 'deploy.a', 'last.z']);
    expect([state.verdict, ...statuses(state)]).toEqual(['go', 'passed 2', 'taken-back 1', 'passed 1']);
  });

  test('ends also where two phases fail for good, each with a rollback of everything', async () => {
    const onFail = { attempts: 1, rollback: 'R1', then: 'continue', ask: { role: 'sre', expiresMs: 1 } } as const;
    const bad = { gates: [gate('v', 'steps.n.v', 99)], onFail };
    const made = plan(
      [phase('deploy', [step('a')]), phase('one', [step('n', looks)], bad), phase('two', [step('n', looks)], bad)],
      { rollbacks: { R1 } },
    );
    const outside = world();
    const state = await run(made, outside);
    const again = ['undo deploy.a', 'deploy.a'];
    expect(outside.deeds).toEqual(['deploy.a', 'one.n', ...again, 'two.n', ...again, 'undo deploy.a']);
    expect(statuses(state)).toEqual(['taken-back 3', 'taken-back 1', 'taken-back 1']);
  });
});

describe('a failure that asks', () => {
  test('asks before the rollback; a waiver lets the phase pass, and nothing is rolled back', async () => {
    const outside = world({ check: [waive] });
    const state = await run(deployed('ask'), outside);
    expect(outside.deeds).toEqual(['deploy.a', 'check.n', 'last.z']);
    expect([state.verdict, ...statuses(state)]).toEqual(['waived', 'passed 1', 'passed 1', 'passed 1']);
    expect(types(outside)).not.toContain('phase.failed');
  });

  test('a phase that is waived is still asked about where its results must be accepted', async () => {
    const outside = world({
      check: [waive],
      'check.after': [{ name: 'reject', message: { approval: 'check.after', role: 'cto', by: 'Ada', reason: 'no' } }],
    });
    const made = deployed('ask');
    made.phases[1]?.approvals.push(approval('check.after', { when: 'after' }));
    expect((await run(made, outside)).phases[1]).toMatchObject({
      verdict: 'no-go',
      sentence: expect.stringMatching(/Rejected by Ada/),
    });
  });

  test.each<[string, Said[], string[], string]>([
    ['retry-phase', [choose('retry-phase')], ['undo deploy.a', 'deploy.a', 'check.n', 'last.z'], 'go'],
    ['continue', [choose('continue')], ['undo deploy.a', 'deploy.a', 'last.z', 'undo deploy.a'], 'no-go'],
    ['stop', [choose('stop')], ['undo deploy.a'], 'no-go'],
    ['no answer', [], ['undo deploy.a'], 'no-go'],
    ['another rollback in place of its own', [choose('rollback', { rollback: 'R2' })], ['rollback-R2.r'], 'no-go'],
    ['a rollback of everything', [choose('rollback')], ['undo deploy.a'], 'no-go'],
  ])('%s: its rollback first, once', async (_name, said, after, verdict) => {
    const outside = world({ check: said });
    const R2 = { id: 'R2', title: 'Other', undo: 'none' as const, steps: [step('r', looks)] };
    const state = await run(
      deployed('ask', 1, { rollbacks: { R1, R2 }, onNoGo: after[0] === 'rollback-R2.r' ? 'keep' : 'undo' }),
      outside,
    );
    expect(outside.deeds).toEqual(['deploy.a', 'check.n', ...after]);
    expect(state.verdict).toBe(verdict);
    expect(state.rollbacks.filter(({ id }) => id === 'R1').length).toBeLessThanOrEqual(1);
  });

  test('an abort while it is asked has its own way back, and not the rollback too', async () => {
    const outside = world({ check: [{ name: 'abort', message: { by: 'Ada', reason: 'enough' } }] });
    const state = await run(deployed('ask'), outside);
    expect(state.rollbacks.map(({ id }) => id)).toEqual(['undo']);
    expect(outside.receipts).toEqual([{ accepted: true, text: 'The go-live stops; undone, newest first: deploy.a.' }]);
  });

  test('who takes the phase again from a failed step has its rollback first', async () => {
    const outside = world({ 'check.n': [choose('retry-phase')] });
    let broken = true;
    outside.step = ({ step: id }) => {
      if (id === 'n' && broken) {
        broken = false;
        throw failure('CHECK_FAILED');
      }
      return { v: 2 };
    };
    const made = deployed('stop');
    const [, check] = made.phases;
    if (check) check.steps = [step('n', { ...looks, onFail: 'ask' })];
    expect((await run(made, outside)).verdict).toBe('go');
    expect(outside.deeds).toEqual(['deploy.a', 'undo deploy.a', 'deploy.a', 'check.n', 'last.z']);
  });
});

/** Two decisions about one phase; who rejects the second has it taken back. */
const FIRST_AND_LATER = [
  { id: 'first', title: 'First', requires: ['deploy'] },
  {
    id: 'later',
    title: 'Later',
    requires: ['deploy'],
    approval: approval('later', { when: 'after', onReject: 'R1' }),
  },
];

describe('a rejection', () => {
  const rejects = (id: string): Said => ({
    name: 'reject',
    message: { approval: id, role: 'cto', by: 'Ada', reason: 'no' },
  });
  test.each<[string, Said[]]>([
    ['of a phase', [rejects('deploy.after')]],
    ['by silence', []],
  ])('%s runs the rollback that it names', async (_name, said) => {
    const outside = world({ 'deploy.after': said });
    const made = deployed('stop', 1, { onNoGo: 'keep' });
    made.phases[0]?.approvals.push(approval('deploy.after', { when: 'after', onReject: 'R1' }));
    const state = await run(made, outside);
    expect(outside.deeds).toEqual(['deploy.a', 'undo deploy.a']);
    expect([state.verdict, state.phases[0]?.status, state.rollbacks[0]?.id]).toEqual(['no-go', 'taken-back', 'R1']);
  });

  test('of a second decision takes back what the first rests on: the first is no GO any more', async () => {
    const outside = world({ later: [rejects('later')] });
    const made = plan([phase('deploy', [step('a')])], {
      rollbacks: { R1 },
      decisions: [...FIRST_AND_LATER],
    });
    const state = await run(made, outside);
    expect(state.decisions.map(({ verdict, sentence }) => [verdict, sentence])).toEqual([
      ['no-go', 'deploy: It was taken back by R1.'],
      ['no-go', 'later? Rejected by Ada: no.'],
    ]);
    expect(
      outside.events.filter((one) => one.type === 'decision').map((one) => Object.values(one).slice(0, 2)),
    ).toHaveLength(3);
  });

  test('of a second decision is seen at once: nobody is asked about a third that rests on the first, and all is undone', async () => {
    const outside = world({ later: [rejects('later')] });
    const { say } = outside;
    const asked = new Set<string>();
    outside.say = (state) => {
      if (state.waiting) asked.add(state.waiting.id);
      return say(state);
    };
    const R2 = { ...R1, undo: 'none' as const, takesBack: [asId<PhaseId>('deploy')], steps: [step('old', looks)] };
    const made = plan([phase('deploy', [step('a')])], {
      rollbacks: { R1: R2 },
      decisions: [
        ...FIRST_AND_LATER,
        { id: 'third', title: 'Third', requires: ['first'], approval: approval('third', { when: 'after' }) },
      ],
    });
    const state = await run(made, outside);
    expect([...asked]).toEqual(['later']);
    expect(state.decisions.map(({ verdict }) => verdict)).toEqual(['no-go', 'no-go', 'no-go']);
    expect(outside.deeds).toEqual(['deploy.a', 'rollback-R1.old', 'undo deploy.a']);
  });
});
