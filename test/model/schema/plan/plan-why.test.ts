import { expect, test } from '@jest/globals';
import { stepKinds } from '../../../../kinds/catalog.js';
import type { GatePlan } from '../../../../model/plan/gate-plan.js';
import { stepsOf, type WindowPlan } from '../../../../model/plan/plan.js';
import { markReads } from '../../../../model/schema/plan/plan-reads.js';
import { markWhy } from '../../../../model/schema/plan/plan-why.js';
import { gate, phase, plan, step } from '../../../kits/plans.js';

const window: WindowPlan = { everyMs: 1000, consecutive: 3, withinMs: 9000, lateMs: 1000, green: 'it.ok' };
const steps = () => [
  step('the-page', { uses: 'http.read' }),
  step('rows', { uses: 'sql.query' }),
  step('load', { uses: 'prometheus.query' }),
  step('up', { uses: 'http.check' }),
  step('days', { uses: 'http.read', window }),
];
const over = { it: step('the-page').id };

test.each<[string, GatePlan, string[] | undefined]>([
  ['a figure', gate('g', 'steps.the_page.values.n', 1), ['steps.the_page.unknown']],
  ['a figure of its step', gate('g', 'it.values.n', 1, over), ['steps.the_page.unknown']],
  [
    'figures of several steps, each once',
    gate('g', 'steps.rows.values.n + steps.rows.values.m', 1, { n: 'steps.load.value' }),
    ['steps.rows.unknown', 'steps.load.unknown'],
  ],
  ['a step of a kind that says no reasons', gate('g', 'steps.up.ms', 1), undefined],
  ['a window', gate('g', 'steps.days.green', 1), undefined],
  ['a step as a whole', gate('g', 'size(steps.rows)', 1), undefined],
])('a gate that reads %s knows who says why it is unknown', (_what, one, why) => {
  const made = plan([phase('look', steps(), { gates: [one] })]);
  markWhy(made, stepKinds);
  expect(made.phases[0]?.gates[0]?.why).toEqual(why);
});

test('the reasons of an earlier phase are known, too, and travel with the figures', () => {
  const later = phase('later', [], { gates: [gate('g', 'phases.look.steps.rows.values.n', 1)] });
  const made = plan([phase('look', steps(), { gates: [gate('g', 'it.values.n', 1, over)] }), later]);
  markWhy(made, stepKinds);
  markReads(made);
  expect(made.phases[1]?.gates[0]?.why).toEqual(['phases.look.steps.rows.unknown']);
  const reads = Object.fromEntries(stepsOf(made.phases[0]?.steps ?? []).map((one) => [one.id, one.reads]));
  expect(reads).toEqual({
    'the-page': ['unknown', 'values'],
    rows: ['unknown', 'values'],
    load: [],
    up: [],
    days: [],
  });
});
