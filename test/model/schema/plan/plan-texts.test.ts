import { expect, test } from '@jest/globals';
import { fillTexts, noticesOf, questionFields } from '../../../../model/schema/plan/plan-texts.js';
import { phase, plan } from '../../../kits/plans.js';

test.each([
  ['On?', undefined],
  ['${{ inputs.n }} on ${{ target.id }}', undefined],
  ['${{ inputs.n }} as ${{ run.mode }}', true],
  ['${{ phases.a.steps.b.rows }}', true],
])('%s is filled in when it is asked: %p', (question, late) => {
  expect(questionFields(question)).toEqual({ question, ...(late ? { late } : {}) });
});

test('what gives nothing is a problem, but for an input that is still to be given', () => {
  const made = plan([phase('one', [], { title: '${{ inputs.n }}' })]);
  expect(fillTexts(made, { inputs: {} }, true)).toEqual({ plan: made });
  expect(fillTexts(made, { inputs: {} }, false)).toEqual({
    problems: [{ message: expect.stringContaining('n'), hint: expect.stringContaining('inputs.n') }],
  });
});

test('a channel knows the inputs when the plan is made', () => {
  const notices = [{ on: ['guard' as const], with: { url: { file: '${{ inputs.alertUrlFile }}' } } }];
  expect(noticesOf(notices, { inputs: { alertUrlFile: '/run/alert' } }, false)).toEqual([
    { on: ['guard'], with: { url: { file: '/run/alert' } } },
  ]);
  expect(noticesOf(notices, { inputs: {} }, true)).toEqual(notices);
  expect(() => noticesOf(notices, { inputs: {} }, false)).toThrow('alertUrlFile');
});
