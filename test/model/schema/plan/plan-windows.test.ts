import { expect, test } from '@jest/globals';
import type { GatePlan } from '../../../../model/plan/gate-plan.js';
import type { PhasePlan, WindowPlan } from '../../../../model/plan/plan.js';
import { stepsOf } from '../../../../model/plan/plan.js';
import { markWindows, planWindow } from '../../../../model/schema/plan/plan-windows.js';
import { gate, phase, plan, step } from '../../../kits/plans.js';

const window: WindowPlan = { everyMs: 1000, consecutive: 3, withinMs: 9000, lateMs: 1000, green: 'it.ok' };
const watched = (gates: GatePlan[], more: PhasePlan[] = []) =>
  plan([phase('watch', [step('the-days', { window: { ...window } }), step('other')], { gates }), ...more]);
const overStep = { it: step('the-days').id };

test.each<[string, ReturnType<typeof watched>, boolean, boolean]>([
  ['no gate', watched([]), true, true],
  ['a gate of another step', watched([gate('g', 'steps.other.ms', 1)]), true, true],
  ['a gate on the streak', watched([gate('g', 'steps.the_days.streak', 3)]), false, true],
  [
    'gates on the streak and on what was missed',
    watched([gate('g', 'it.streak - it.missed', 3, overStep)]),
    false,
    true,
  ],
  ['a gate on what was missed alone', watched([gate('g', 'it.missed', 0, overStep)]), true, true],
  ['a gate on a figure of the last sample', watched([gate('g', 'it.values.p95', 0, overStep)]), true, true],
  ['a gate on its end', watched([gate('g', 'it.end', 1, overStep)]), false, true],
  ['a gate on a share of green samples', watched([gate('g', 'ratio(it.green, it.slots)', 1, overStep)]), false, false],
  ['a gate on the longest streak, which may still grow', watched([gate('g', 'it.longest', 2, overStep)]), false, false],
  ['a gate on the whole step', watched([gate('g', 'size(steps.the_days)', 1)]), false, false],
  [
    'a gate of a later phase',
    watched([], [phase('later', [], { gates: [gate('g', 'phases.watch.steps.the_days.red', 0)] })]),
    false,
    false,
  ],
  [
    'a gate of a later phase, of a step of the same name there',
    watched([], [phase('later', [step('the-days')], { gates: [gate('g', 'steps.the_days.red', 0)] })]),
    true,
    true,
  ],
])('a window that is judged by %s', (_, made, mustReach, endsEarly) => {
  markWindows(made);
  const [found] = stepsOf(made.phases[0]?.steps ?? []);
  expect({ mustReach: found?.window?.mustReach === true, endsEarly: found?.window?.endsEarly === true }).toEqual({
    mustReach,
    endsEarly,
  });
});

test.each([
  ['steps.the_days.end', false],
  ['steps.the_days.upper', false],
  ['ratio(it.part, it.whole)', false],
  ['it.whole', true],
  ['it.red', true],
  ['it.missed', true],
])('a share whose gate reads %s', (value, mustReach) => {
  const share = { part: 'it.a', whole: 'it.n', counts: 'each', limit: { op: 'atMost', threshold: 0.02 } } as const;
  const { consecutive: _, ...rest } = window;
  const look = step('the-days', { window: { ...rest, share } });
  markWindows(plan([phase('watch', [look], { gates: [gate('g', value, 1, value.includes('it.') ? overStep : {})] })]));
  expect(look.window?.mustReach === true).toBe(mustReach);
});

test('a window of a rollback is judged by no gate, and must reach its streak', () => {
  const look = step('the-days', { window: { ...window } });
  const made = plan([phase('watch', [step('the-days')], { gates: [gate('g', 'steps.the_days.green', 1)] })], {
    rollbacks: { R1: { id: 'R1', title: 'Back', undo: 'all', steps: [step('back'), { parallel: [look] }] } },
  });
  markWindows(made);
  expect(look.window).toEqual({ ...window, mustReach: true, endsEarly: true });
});

test('a share forgives no bad sample that its author does not forgive, and says what it counts', () => {
  const share = { part: 'it.a', whole: 'it.n', atMost: 0.02 };
  const ms = (span: string | undefined, otherwise: number) => (span === undefined ? otherwise : Number(span));
  const rhythm = { everyMs: 5, withinMs: 50, lateMs: 5, green: 'true' };
  const limit = { op: 'atMost', threshold: 0.02 };
  expect(planWindow({ every: '5', within: '50', share }, ms)).toEqual({
    ...rhythm,
    maxRed: 0,
    share: { part: 'it.a', whole: 'it.n', counts: 'each', limit },
  });
  expect(planWindow({ every: '5', within: '50', share, maxRed: 3 }, ms)).toMatchObject({ maxRed: 3 });
  expect(planWindow({ every: '5', within: '50', green: 'it.ok', maxRed: 3 }, ms)).toEqual({
    ...rhythm,
    green: 'it.ok',
    maxRed: 3,
  });
});
