import { beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { asId } from '../../model/plan/address.js';
import type { PhasePlan, Plan } from '../../model/plan/plan.js';
import type { GoLiveState } from '../../model/state/state.js';
import { choose } from '../kits/deployed.js';
import { approval, gate, phase, plan, step } from '../kits/plans.js';
import { NOW, type RunGoLive, simulatedTime, simulatedWorkflows } from '../kits/simulated.js';
import { failure, type Said, SimulatedWorld } from '../kits/simulated-world.js';

/** What people do about one phase while another one runs beside it. */
let run: RunGoLive;
beforeAll(async () => {
  run = await simulatedWorkflows();
});
beforeEach(simulatedTime);

const ask = { role: 'sre', expiresMs: 60_000 };
const needing = (id: string, needs: string, more: Partial<PhasePlan> = {}): PhasePlan =>
  phase(id, [step('s')], { needs: [...needs].map((one) => asId(one)), ...more });
const statuses = ({ phases }: GoLiveState): string =>
  phases.map(({ id, status, attempt }) => `${id} ${status} ${attempt}`).join(', ');
/** A phase that takes long, so that all else is settled while it runs. */
const LONG = needing('l', '');

interface Course {
  lasts?: Record<string, number>;
  fails?: Record<string, number>;
  outputs?: object;
  /** Said once, when it gives something. */
  say: (state: GoLiveState) => Said[];
}

async function go(phases: PhasePlan[], course: Course, more: Partial<Plan> = {}) {
  jest.setSystemTime(NOW);
  const outside = new SimulatedWorld();
  const left = { ...course.fails };
  const beside = new Set<string>();
  outside.lasts = ({ phase: id, undoes }) => (undoes ? 1 : (course.lasts?.[id] ?? (id === 'l' ? 1000 : 10)));
  outside.step = ({ phase: id, undoes }) => {
    const times = undoes ? 0 : (left[id] ?? 0);
    left[id] = times - 1;
    if (times > 0) throw failure('CHECK_FAILED');
    return { score: 0.5 };
  };
  let open = true;
  outside.interrupt = (state) => {
    const said = open ? course.say(state) : [];
    if (said.length > 0) open = false;
    if (said.length > 0) for (const { id, status } of state.phases) if (status === 'running') beside.add(id);
    return said;
  };
  const state = await run(plan(phases, more), outside);
  return { outside, state, beside: [...beside].join(), deeds: outside.deeds.map((deed) => deed.replace('.s', '')) };
}

test('a failed phase is taken again by word of an operator, and the other goes on undisturbed', async () => {
  const asks = needing('x', '', { onFail: { attempts: 1, then: 'ask', ask } });
  const { state, beside, outside } = await go([LONG, asks, needing('z', 'lx')], {
    fails: { x: 1 },
    say: ({ waiting }) => (waiting?.kind === 'operator' ? [choose('retry-phase')] : []),
  });
  expect([state.verdict, beside, statuses(state)]).toEqual(['go', 'l', 'l passed 1, x passed 2, z passed 1']);
  expect(outside.deeds.filter((deed) => deed === 'l.s')).toHaveLength(1);
});

test('a gate is waived, and the other goes on undisturbed', async () => {
  const asks = needing('x', '', {
    gates: [gate('g', 'steps.s.score', 0.9)],
    onFail: { attempts: 1, then: 'ask', ask },
  });
  const until = new Date(NOW + 3_600_000).toISOString();
  const message = { gate: 'x.g', role: 'cto', by: 'Ada', reason: 'known', until };
  const { state, beside } = await go(
    [LONG, asks, needing('z', 'lx')],
    { say: ({ waiting }) => (waiting?.kind === 'operator' ? [{ name: 'waive', message }] : []) },
    { waivers: { by: ['cto'], atMostMs: 86_400_000, distinct: false } },
  );
  expect([state.verdict, beside, statuses(state)]).toEqual(['waived', 'l', 'l passed 1, x passed 1, z passed 1']);
  expect(state.waivers.map(({ used }) => used)).toEqual([true]);
});

test('a phase that waits for the others is omitted while they run; one that runs is not', async () => {
  const may = { mayOmit: ['cto'] };
  const omit = (id: string): Said => ({ name: 'omit', message: { phase: id, role: 'cto', by: 'Ada', reason: 'no' } });
  const { state, outside, deeds } = await go(
    [{ ...LONG, ...may }, needing('x', ''), needing('o', 'x', may), needing('z', 'lo')],
    {
      lasts: { x: 100 },
      say: ({ phases }) =>
        phases.filter(({ status }) => status === 'running').length === 2 ? [omit('o'), omit('l')] : [],
    },
    { decisions: [{ id: 'd', title: 'D', requires: ['l', 'x', 'z'] }] },
  );
  expect(outside.receipts).toMatchObject([{ accepted: true }, { accepted: false, reason: "'l' has begun." }]);
  expect([state.verdict, ...deeds]).toEqual(['go', 'x', 'l', 'z']);
});

test('of two approvals the second may be given first; each begins what it is about', async () => {
  const asks = (id: string) => needing(id, '', { approvals: [approval(id)] });
  const yes = (id: string): Said => ({ name: 'approve', message: { approval: id, role: 'cto', by: 'Ada' } });
  const { state, outside, deeds } = await go([LONG, asks('a'), asks('b')], {
    say: ({ waiting }) => (waiting?.id === 'a' ? [yes('b'), yes('a')] : []),
  });
  expect(outside.receipts).toMatchObject([{ accepted: true }, { accepted: true }]);
  expect([state.verdict, ...deeds]).toEqual(['go', 'a', 'b', 'l']);
  expect(state.approvals.map(({ status, votes }) => `${status} ${votes.length}`)).toEqual(['approved 1', 'approved 1']);
});

test('what was done beside each other is undone in the reverse of the order in which its deeds began', async () => {
  const two = (id: string) => phase(id, [step('1'), step('2')], { needs: [] });
  const last = needing('z', 'ab', { onFail: { attempts: 1, then: 'stop', ask } });
  const { deeds } = await go([two('a'), two('b'), last], { lasts: { a: 30, b: 20 }, fails: { z: 1 }, say: () => [] });
  expect(deeds.slice(0, 4)).toEqual(['b.1', 'a.1', 'b.2', 'a.2']);
  // a.1 began with b.1, and before it.
  expect(deeds.slice(4).filter((deed) => deed !== 'undo z')).toEqual(['undo a.2', 'undo b.2', 'undo b.1', 'undo a.1']);
});

test('a question about what was taken back meanwhile is withdrawn at the end, and nobody is asked about it again', async () => {
  const asking = needing('q', '', { onFail: { attempts: 1, then: 'ask', ask, rollback: 'Q' } });
  const ends = needing('x', '', { onFail: { attempts: 1, then: 'stop', ask, rollback: 'R' } });
  const way = (id: string, takesBack: string[]) => ({
    id,
    title: id,
    undo: 'none' as const,
    takesBack: takesBack.map((one) => asId<PhasePlan['id']>(one)),
    steps: [step(id, { ownUndo: false })],
  });
  const { state, deeds } = await go(
    [asking, ends],
    { lasts: { x: 50 }, fails: { q: 1, x: 1 }, say: () => [] },
    { rollbacks: { Q: way('Q', ['q']), R: way('R', ['q']) } },
  );
  expect(state.operator).toEqual([]);
  // Its own rollback would act on what R took back.
  expect(deeds).not.toContain('rollback-Q.Q');
  expect(state.rollbacks.map(({ id }) => id)[0]).toBe('R');
});
