import { expect, test } from '@jest/globals';
import { markReads } from '../../../../model/schema/plan/plan-reads.js';
import type { Plan } from '../../../../model/plan/plan.js';
import { stepsOf } from '../../../../model/plan/plan.js';
import { approval, gate, phase, plan, step } from '../../../kits/plans.js';

/** What is read of each step, as `phase.step`, after the marks were set. */
function marked(made: Plan): Record<string, string[]> {
  markReads(made);
  const parts = [...made.phases, ...Object.values(made.rollbacks)];
  return Object.fromEntries(
    parts.flatMap(({ id, steps }) => stepsOf(steps).map((one) => [`${id}.${one.id}`, one.reads ?? ['?']])),
  );
}

const two = [step('a'), step('b-c')];

test.each<[string, Plan, Record<string, string[]>]>([
  ['nothing', plan([phase('one', two)]), { 'one.a': [], 'one.b-c': [] }],
  [
    'a gate',
    plan([phase('one', two, { gates: [gate('g', 'steps.a.ms + steps.b_c.n', 1)] })]),
    { 'one.a': ['ms'], 'one.b-c': ['n'] },
  ],
  [
    'a gate over a step',
    plan([phase('one', two, { gates: [gate('b-c.g', 'it.ms', 1, { it: two[1]?.id, n: 'it.n', minN: 1 })] })]),
    { 'one.a': [], 'one.b-c': ['ms', 'n'] },
  ],
  [
    'an input, an undo, a probe and a condition of a later step',
    plan([
      phase('one', [
        ...two,
        step('d', {
          with: { deep: [{ text: 'at ${{ steps.a.url }} and ${{ steps.a.port }}' }] },
          undo: [{ uses: 'x', title: 'x', with: { to: '${{ steps.b_c.backup }}' } }],
          probe: { uses: 'x', with: { of: '${{ steps.b_c.id }}' }, done: 'it.ok', notDone: '!it.ok' },
          when: 'steps.a.ok',
        }),
      ]),
    ]),
    { 'one.a': ['ok', 'port', 'url'], 'one.b-c': ['backup', 'id'], 'one.d': [] },
  ],
  [
    'a later phase, a rollback, an approval by a rule',
    plan(
      [
        phase('one', two),
        phase('two', [step('a', { when: 'phases.one.steps.a.x > 1' })], {
          when: 'phases.one.steps.b_c.y',
          approvals: [approval('two', { auto: { rule: 'phases.one.steps.a.z == 1 && steps.a.w', reads: [] } })],
        }),
      ],
      {
        rollbacks: {
          R1: {
            id: 'R1',
            title: 'R1',
            undo: 'all',
            steps: [step('e', { with: { v: '${{ phases.two.steps.a.v }}' } })],
          },
        },
      },
    ),
    { 'one.a': ['x', 'z'], 'one.b-c': ['y'], 'two.a': ['v', 'w'], 'R1.e': [] },
  ],
  [
    'a step as a whole',
    plan([phase('one', two, { gates: [gate('g', 'size(steps.a)', 1)] })]),
    { 'one.a': ['*'], 'one.b-c': [] },
  ],
  [
    'all of them',
    plan([phase('one', two, { gates: [gate('g', 'size(steps)', 1)] })]),
    { 'one.a': ['*'], 'one.b-c': ['*'] },
  ],
  [
    'all of a phase',
    plan([phase('one', two), phase('two', [], { when: 'phases.one.steps.all(s, true)' })]),
    { 'one.a': ['*'], 'one.b-c': ['*'] },
  ],
  [
    'a key that is computed',
    plan([phase('one', two, { gates: [gate('g', 'steps.a[inputs.name]', 1)] })]),
    { 'one.a': ['*'], 'one.b-c': [] },
  ],
  ['words that are no expression', plan([phase('one', [step('a', { title: 'the steps of it' })])]), { 'one.a': [] }],
])('the plan knows which outputs are read: %s', (_, made, reads) => {
  expect(marked(made)).toMatchObject(reads);
});
