import { randomInt } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { asId, type PhaseId, type StepId } from '../../model/plan/address.js';
import type { Plan } from '../../model/plan/plan.js';
import type { GoLiveState } from '../../model/state/state.js';
import type { Asking } from '../../workflows/inputs.js';
import { R1 } from '../kits/deployed.js';
import { approval, phase, plan, step } from '../kits/plans.js';
import { judgeGivenUp } from '../kits/judge-given-up.js';
import { Dice, plans, wordOf, World } from '../kits/random-go-live.js';
import { NOW, type RunGoLive, simulatedTime, simulatedWorkflows } from '../kits/simulated.js';
import { failure, type Said, SimulatedWorld } from '../kits/simulated-world.js';

const SEED = Number(process.env.GOLIVE_SEED ?? randomInt(1 << 30));
const ALL = process.env.GOLIVE_ALL !== undefined;
const RUNS = ALL ? 10_000 : 100;
/** Most undos fail, so that many are asked about. */
const UNDOS_FAIL = 60;

let run: RunGoLive;
beforeAll(async () => {
  console.log(`GOLIVE_SEED=${SEED}`);
  run = await simulatedWorkflows();
});
beforeEach(simulatedTime);

interface Ended {
  outside: SimulatedWorld;
  state: GoLiveState;
}

async function go(made: Plan, list: readonly number[], floods: (state: GoLiveState) => boolean): Promise<Ended> {
  jest.setSystemTime(NOW);
  const dice = new Dice(list);
  const world = new World(made, dice, UNDOS_FAIL);
  const outside = new SimulatedWorld();
  outside.step = (task) => world.act(task);
  outside.say = (state) => wordOf(state, dice, world);
  outside.floods = floods;
  return { outside, state: await run(made, outside) };
}

/** What happened and what was said, but for the milliseconds that it took. */
function told({ outside: { deeds, events, receipts }, state }: Ended): unknown {
  const all = JSON.stringify({ deeds, events, receipts, state: { ...state, events: 0 } });
  return JSON.parse(all.replaceAll(state.target, 'target').replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'then'));
}

const asksOfUndo = ({ waiting }: GoLiveState): boolean =>
  waiting?.kind === 'operator' && !waiting.choices?.includes('retry-phase');

/** Where the next execution takes a go-live up. */
const placeOf = (asking: Asking | undefined): string =>
  asking?.stage === 'undo' ? `undo, ${asking.way.cause.of}` : (asking?.stage ?? 'between phases');

const PLACES = ['failure', 'given-up', 'chosen', 'rejection', 'decision', 'end'].map((of) => `undo, ${of}`);

test('wherever a flood comes while an undo is asked about, the go-live is what it is without one', async () => {
  const seen: Record<string, number> = {};
  const rolls = fc.array(fc.nat(99), { minLength: 20, maxLength: 120, size: 'max' });
  await fc.assert(
    fc.asyncProperty(plans, rolls, rolls, async (made, list, floods) => {
      const calm = await go(made, list, () => false);
      const when = new Dice(floods);
      const flooded = await go(made, list, (state) => asksOfUndo(state) && when.happens(60));
      expect(told(flooded)).toEqual(told(calm));
      expect(judgeGivenUp(calm.outside.events)).toEqual([]);
      for (const { asking } of flooded.outside.carried) seen[placeOf(asking)] = (seen[placeOf(asking)] ?? 0) + 1;
    }),
    { seed: SEED, numRuns: RUNS, endOnFailure: true },
  );
  console.log(`handed on in ${RUNS} simulated go-lives: ${JSON.stringify(seen)}`);
  if (ALL) expect(PLACES.filter((place) => seen[place] === undefined)).toEqual([]);
}, 1_800_000);

const sam = (choice: 'retry' | 'stop' | 'rollback'): Said => ({
  name: 'choose',
  message: { choice, role: 'sre', by: 'Sam', reason: 'so' },
});
const ABORT: Said = { name: 'abort', message: { by: 'Ada', reason: 'enough' } };

/** `deploy.a` is done, then `check.n` fails unless it is to pass; people say `said` to what is asked of no undo. */
interface Case {
  onFail?: Partial<Plan['phases'][number]['onFail']>;
  more?: Partial<Plan>;
  passes?: boolean;
  said?: Said[];
  /** What people say of the undo of `deploy.a`, one after the other; each flood comes before. */
  ofUndo?: Said[];
  /** Somebody aborts while an undo is asked about, before the flood. */
  aborted?: true;
}

/** The undo of `deploy.a` fails `fails` times; a flood comes before each answer about it. */
async function goes(
  { onFail, more, passes, said = [], ofUndo = [sam('retry')], aborted }: Case,
  fails = 1,
  floods = true,
) {
  jest.setSystemTime(NOW);
  const outside = new SimulatedWorld();
  let left = fails;
  outside.step = ({ undoes, step: id }) => {
    if (undoes && left > 0) {
      left -= 1;
      throw failure('CHECK_FAILED');
    }
    if (id === 'n' && !passes) throw failure('CHECK_FAILED');
    return {};
  };
  const [first, later] = [[...said], [...ofUndo]];
  const next = (state: GoLiveState) => (asksOfUndo(state) ? later : first).shift();
  outside.say = (state) => [state.waiting && next(state)].filter((one) => one !== undefined);
  outside.floods = (state) => floods && asksOfUndo(state);
  outside.interrupt = (state) => (aborted && asksOfUndo(state) && !state.aborted ? [ABORT] : []);
  const ask = { role: 'sre', expiresMs: 60_000 };
  const made = plan(
    [
      phase('deploy', [step('a')]),
      phase('check', [step('n', { ownUndo: false })], { onFail: { attempts: 1, then: 'stop', ask, ...onFail } }),
    ],
    { rollbacks: { R1 }, ...more },
  );
  return { outside, state: await run(made, outside) };
}

const rejecting = approval('agree', { when: 'after', onReject: 'R1' });
const reject: Said = { name: 'reject', message: { approval: 'agree', role: 'cto', by: 'Ada', reason: 'no' } };
const decisions = [{ id: 'go', title: 'GO', requires: ['deploy', 'check'], approval: rejecting }];
const takesBack = {
  goLive: 'x/c0',
  startedAt: '2025-12-31T00:00:00Z',
  evidenceDir: '/x',
  bundle: 'b',
  phases: {},
  undos: [
    {
      phase: asId<PhaseId>('deploy'),
      phaseAttempt: 1,
      step: asId<StepId>('a'),
      epoch: 1,
      always: false,
      calls: [{ activity: 'undo fake.act', title: 'undo a' }],
    },
  ],
};

describe('a flood while an operator is asked about an undo', () => {
  test.each<[string, Case]>([
    ['failure', { onFail: { rollback: 'R1' } }],
    ['given-up', { onFail: { rollback: 'R1', then: 'ask' }, said: [sam('stop')] }],
    ['chosen', { onFail: { then: 'ask' }, said: [sam('rollback')] }],
    ['rejection', { passes: true, more: { phases: rejectedPhases() }, said: [reject] }],
    ['failure', { more: { phases: endedBeside() }, said: [reject] }],
    ['decision', { passes: true, more: { decisions }, said: [reject] }],
    ['end', {}],
    ['end', { onFail: { rollback: 'R1', then: 'continue' }, passes: true, more: { phases: held() } }],
    ['taking-back', { more: { takesBack, phases: [phase('back', [])] } }],
  ])('goes on in the next execution: %s', async (of, one) => {
    const calm = await goes(one, 2, false);
    const twice = { ...one, ofUndo: [sam('retry'), sam('retry')] };
    const flooded = await goes(twice, 2);
    expect(told(flooded)).toEqual(told(await goes(twice, 2, false)));
    expect(flooded.outside.carried.map(({ asking }) => placeOf(asking))).toEqual([`undo, ${of}`, `undo, ${of}`]);
    expect(flooded.outside.deeds.filter((deed) => deed === 'undo deploy.a')).toHaveLength(1);
    expect(flooded.state).toMatchObject({ rollbackIncomplete: false, undos: [] });
    expect(calm.state.rollbackIncomplete).toBe(true);
  });

  test.each<[string, Case]>([
    ['failure', { onFail: { rollback: 'R1', attempts: 3 } }],
    ['end', {}],
    ['decision', { passes: true, more: { decisions }, said: [reject] }],
  ])('and an abort: %s', async (_, one) => {
    const aborted = { ...one, aborted: true } as const;
    const flooded = await goes(aborted, 1);
    expect(told(flooded)).toEqual(told(await goes(aborted, 1, false)));
    expect(flooded.outside.carried).toHaveLength(1);
    expect(flooded.state).toMatchObject({ aborted: { by: 'Ada' }, rollbackIncomplete: false, undos: [] });
    expect(flooded.outside.deeds.filter((deed) => deed === 'undo deploy.a')).toHaveLength(1);
  });

  test('a person gives it up: it is not tried again, and stands at the end; not answered, it is tried once more', async () => {
    const one = { onFail: { rollback: 'R1' } };
    const givenUp = await goes({ ...one, ofUndo: [sam('stop')] }, 9);
    expect(givenUp.state).toMatchObject({ rollbackIncomplete: true, undos: [{ phase: 'deploy', step: 'a' }] });
    expect(givenUp.state.toUndo).toEqual([]);
    expect(givenUp.state.operator).toHaveLength(1);
    expect(givenUp.state.rollbacks).toHaveLength(1);
    const late = await goes({ ...one, ofUndo: [] }, 9);
    expect(late.state.rollbacks.map(({ id, status }) => [id, status])).toEqual([
      ['R1', 'incomplete'],
      ['undo', 'incomplete'],
    ]);
    expect(late.state.operator.map(({ by }) => by)).toEqual(['golive', 'golive']);
  });
});

/** The go-live ends at a rejection, while beside it a phase has failed that is settled then. */
function endedBeside(): Plan['phases'] {
  const ask = { role: 'sre', expiresMs: 60_000 };
  return [
    phase('check', [step('b', { ownUndo: false })], {
      needs: [],
      approvals: [approval('agree', { when: 'after' })],
      onFail: { attempts: 2, then: 'stop', ask },
    }),
    phase('deploy', [step('a'), step('n', { ownUndo: false })], {
      needs: [],
      onFail: { attempts: 1, then: 'ask', ask, rollback: 'R1' },
    }),
  ];
}

/** A phase that is done, and whose approval after it is rejected. */
function rejectedPhases(): Plan['phases'] {
  return [phase('deploy', [step('a')], { approvals: [rejecting] })];
}

/** What is held for the go-live is released at its end. */
function held(): Plan['phases'] {
  return [phase('deploy', [step('a', { undoOn: 'always' })])];
}
