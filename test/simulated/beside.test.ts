import { beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { asId } from '../../model/plan/address.js';
import type { PhasePlan, Plan } from '../../model/plan/plan.js';
import type { GoLiveState } from '../../model/state/state.js';
import { choose } from '../kits/deployed.js';
import { approval, phase, plan, step } from '../kits/plans.js';
import { NOW, type RunGoLive, simulatedTime, simulatedWorkflows } from '../kits/simulated.js';
import { failure, type Said, SimulatedWorld } from '../kits/simulated-world.js';

let run: RunGoLive;
beforeAll(async () => {
  run = await simulatedWorkflows();
});
beforeEach(simulatedTime);

const ask = { role: 'sre', expiresMs: 60_000 };
const FAILS: Partial<PhasePlan> = { onFail: { attempts: 1, then: 'stop', ask } };
const again = (rollback?: string): Partial<PhasePlan> => ({
  onFail: { attempts: 2, then: 'stop', ask, ...(rollback === undefined ? {} : { rollback }) },
});
/** A phase with one step; it needs the phases of these letters. */
const needing = (id: string, needs: string, more: Partial<PhasePlan> = {}): PhasePlan =>
  phase(id, [step('s')], { needs: [...needs].map((one) => asId(one)), ...more });

/** How long the step of each phase takes, and how often it fails. */
interface Course {
  lasts?: Record<string, number>;
  fails?: Record<string, number>;
  say?: (state: GoLiveState) => Said[];
}

async function go(phases: PhasePlan[], { lasts = {}, fails = {}, say }: Course, more: Partial<Plan> = {}) {
  jest.setSystemTime(NOW);
  const outside = new SimulatedWorld();
  const left = { ...fails };
  outside.lasts = ({ phase: id, undoes }) => (undoes ? 1 : (lasts[id] ?? 10));
  outside.step = ({ phase: id, undoes }) => {
    const times = undoes ? 0 : (left[id] ?? 0);
    left[id] = times - 1;
    if (times > 0) throw failure('CHECK_FAILED');
    return {};
  };
  if (say) outside.say = say;
  const state = await run(plan(phases, more), outside);
  return { outside, state, deeds: outside.deeds.map((deed) => deed.replace('.s', '')) };
}
const attempts = ({ phases }: GoLiveState): string => phases.map(({ id, attempt }) => `${id}${attempt}`).join(' ');
const backTo = (...ids: string[]): Partial<Plan> => ({
  rollbacks: { R: { id: 'R', title: 'back', undo: 'none', takesBack: ids.map((id) => asId(id)), steps: [] } },
});
const approve = ({ waiting }: GoLiveState): Said[] =>
  waiting?.kind === 'approval' ? [{ name: 'approve', message: { approval: waiting.id, role: 'cto', by: 'Ada' } }] : [];

test('each begins as soon as what it needs has passed, whatever runs beside it', async () => {
  const { state, deeds } = await go([needing('a', ''), needing('b', ''), needing('c', 'a')], { lasts: { b: 100 } });
  expect([state.verdict, ...deeds]).toEqual(['go', 'a', 'c', 'b']);
});

describe('another attempt', () => {
  test('takes again what its rollback took back and what rests on that; the rest stays', async () => {
    const phases = [
      needing('a', ''),
      needing('b', 'a'),
      needing('c', ''),
      needing('d', 'c'),
      needing('x', 'a', again('R')),
    ];
    const { state, deeds } = await go(phases, { lasts: { x: 50 }, fails: { x: 1 } }, backTo('a'));
    expect([state.verdict, attempts(state)]).toEqual(['go', 'a2 b2 c1 d1 x2']);
    expect(deeds.slice(-3).toSorted()).toEqual(['a', 'b', 'x']);
  });

  test('without a rollback, lets the others go on', async () => {
    const { state } = await go([needing('long', ''), needing('x', '', again())], {
      lasts: { long: 100 },
      fails: { x: 1 },
    });
    expect([state.verdict, attempts(state)]).toEqual(['go', 'long1 x2']);
  });

  test('from an earlier phase stops what runs and rests on that', async () => {
    const back = { onFail: { attempts: 2, then: { return: asId<PhasePlan['id']>('a') }, ask } };
    const { state } = await go([needing('a', ''), needing('long', 'a'), needing('x', 'a', back)], {
      lasts: { long: 100 },
      fails: { x: 1 },
    });
    expect([state.verdict, attempts(state)]).toEqual(['go', 'a2 long2 x2']);
    expect(state.phases[1]?.history[0]?.sentence).toMatch(/^Stopped, to be taken again with what it waits for: x/);
  });
});

test('nothing acts while something is rolled back', async () => {
  const { state, deeds } = await go(
    [needing('long', ''), needing('x', '', again('R'))],
    { lasts: { long: 100 }, fails: { x: 1 } },
    { rollbacks: { R: { id: 'R', title: 'back', undo: 'none', steps: [step('back', { ownUndo: false })] } } },
  );
  expect(deeds).toEqual(['rollback-R.back', 'x', 'long']);
  expect([state.verdict, attempts(state)]).toEqual(['go', 'long2 x2']);
});

test('what ended beside a question and is taken back meanwhile does not pass', async () => {
  const phases = [
    needing('asks', '', { approvals: [approval('asks')] }),
    needing('done', ''),
    needing('x', '', again('R')),
  ];
  const { state, outside } = await go(
    phases,
    { lasts: { x: 50 }, fails: { x: 1 }, say: (now) => (now.rollbacks.length > 0 ? approve(now) : []) },
    backTo('done'),
  );
  expect([state.verdict, attempts(state)]).toEqual(['go', 'asks1 done2 x2']);
  const told = outside.events.flatMap((event) => ('phase' in event && event.phase === 'done' ? [event.type] : []));
  expect(told.filter((type) => type.startsWith('phase.'))).toEqual([
    'phase.started',
    'phase.taken-back',
    'phase.cancelled',
    'phase.started',
    'phase.passed',
  ]);
});

describe('a question that is broken off', () => {
  test('is withdrawn where what its phase rests on was taken back, and asked again', async () => {
    const phases = [
      needing('a', ''),
      needing('asks', 'a', { approvals: [approval('asks')] }),
      needing('x', '', again('R')),
    ];
    const { state, outside } = await go(
      phases,
      { lasts: { x: 50 }, fails: { x: 1 }, say: (now) => (now.rollbacks.length > 0 ? approve(now) : []) },
      backTo('a'),
    );
    expect([state.verdict, attempts(state)]).toEqual(['go', 'a2 asks2 x2']);
    const closed = outside.events.flatMap((event) => (event.type === 'approval.closed' ? [event.sentence] : []));
    expect(closed[0]).toMatch(/^Withdrawn\. Stopped, since what it rests on was taken back/);
    const asked = outside.events.filter(({ type }) => type.startsWith('approval.'));
    expect(asked.map(({ type }) => type)).toEqual([
      'approval.asked',
      'approval.closed',
      'approval.asked',
      'approval.closed',
    ]);
  });

  test('about a failed phase, at the end of the go-live, is answered by none: its rollback runs', async () => {
    const asking = { onFail: { attempts: 1, then: 'ask' as const, ask, rollback: 'R' } };
    const { state } = await go(
      [needing('asks', '', asking), needing('x', '', FAILS)],
      { lasts: { x: 50 }, fails: { asks: 1, x: 1 } },
      backTo('asks'),
    );
    expect(state.operator).toEqual([]);
    expect(state.rollbacks.map(({ id }) => id)).toEqual(['R', 'undo']);
    expect(state.phases.map(({ status }) => status)).toEqual(['taken-back', 'taken-back']);
  });

  test('is not broken off by a failure that only asks', async () => {
    const asking = { onFail: { attempts: 1, then: 'ask' as const, ask } };
    const asked: string[] = [];
    const { state } = await go(
      [needing('first', '', { approvals: [approval('first')] }), needing('x', '', asking)],
      {
        fails: { x: 1 },
        say: (now) => {
          if (now.waiting) asked.push(now.waiting.id);
          // Nobody answers before the other one has failed.
          if (now.phases[1]?.status === 'running') return [];
          return now.waiting?.kind === 'operator' ? [choose('continue')] : approve(now);
        },
      },
      { decisions: [{ id: 'd', title: 'D', requires: ['first'] }] },
    );
    expect(asked).toEqual(['first']);
    expect(state.phases[0]?.sentence).toContain('Expired');
  });
});

test('what was passed over lets go on what waits for it', async () => {
  const over = { onFail: { attempts: 1, then: 'continue' as const, ask } };
  const { state, deeds } = await go(
    [needing('x', '', over), needing('b', 'x')],
    { fails: { x: 1 } },
    { decisions: [{ id: 'd', title: 'D', requires: ['b'] }] },
  );
  expect([state.verdict, ...deeds]).toEqual(['go', 'b']);
});

test('a flood beside what runs hands nothing on that would be cut off; when all has ended, it does', async () => {
  jest.setSystemTime(NOW);
  const outside = new SimulatedWorld();
  outside.lasts = ({ phase: id }) => (id === 'l' ? 100 : 10);
  outside.floods = ({ waiting }) => waiting?.kind === 'approval';
  outside.interrupt = (now) =>
    now.phases[0]?.status === 'running' || now.approvals[0]?.votes.length !== 0 ? [] : approve(now);
  const made = plan([needing('l', ''), needing('q', '', { approvals: [approval('q')] }), needing('z', 'l')]);
  const state = await run(made, outside);
  expect([state.verdict, attempts(state)]).toEqual(['go', 'l1 q1 z1']);
  expect(outside.carried.map(({ asking }) => asking)).toEqual([undefined]);
  for (const { state: carried } of outside.carried)
    expect(carried.phases.filter(({ status }) => status === 'running' || status === 'waiting')).toEqual([]);
});
