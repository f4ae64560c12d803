import { describe, expect, test } from '@jest/globals';
import type { ExpressionError } from '../../../model/expression/expression.js';
import { asId } from '../../../model/plan/address.js';
import { fillText, questionOf, withTexts } from '../../../model/plan/texts.js';
import { approval, gate, phase, plan, step } from '../../kits/plans.js';

const context = { inputs: { n: 7, name: 'Ada', list: [1, 2] }, target: { id: 'lab', variables: {} } };
const otherwise = (expression: string): string => `<${expression}>`;

describe('a text that people read', () => {
  test.each([
    ['without expressions', 'Go on?', 'Go on?'],
    ['with values', 'Schema ${{ inputs.n }} by ${{ inputs.name }}', 'Schema 7 by Ada'],
    ['that is wholly one', '${{ inputs.n }}', '7'],
    ['with a list', 'at ${{ inputs.list }}', 'at [1,2]'],
    ['with what is not known', 'Schema ${{ inputs.nope }}?', 'Schema <inputs.nope>?'],
    ['with a share of nothing', '${{ 0.0 / 0.0 }}', 'null'],
    ['with braces that are meant as they are', 'write $${{ x }}', 'write ${{ x }}'],
  ])('%s', (_, text, wanted) => {
    expect(fillText(text, context, otherwise)).toBe(wanted);
  });

  test('what comes out is never filled in again', () => {
    const hostile = { ...context, inputs: { name: '${{ inputs.n }}' } };
    expect(fillText('by ${{ inputs.name }}', hostile, otherwise)).toBe('by ${{ inputs.n }}');
  });
});

test('a question is filled in when it is asked, and says what is not known', () => {
  const late = approval('one', {
    question: '${{ phases.a.steps.b.rows }} rows, ${{ phases.a.steps.c.x }}?',
    late: true,
  });
  const known = { ...context, phases: { a: { steps: { b: { rows: 3 } } } } };
  expect(questionOf(late, known)).toBe('3 rows, (unknown: phases.a.steps.c.x)?');
  // Filled in by the plan: what looks like an expression came from a value.
  expect(questionOf(approval('one', { question: '${{ inputs.n }}' }), context)).toBe('${{ inputs.n }}');
});

test('every title, question and text of a plan is filled in', () => {
  const text = 'x ${{ inputs.n }}';
  const undo = [{ uses: 'fake.act', with: { title: text }, title: text }];
  const guards = [{ id: 'g', title: text, trips: 'true' }];
  const full = step('a', { title: text, undo, guards, with: { title: text } });
  const made = plan(
    [
      phase('one', [full, { parallel: [step('b', { title: text })] }], {
        title: text,
        approvals: [approval('one', { question: text })],
        checklist: [{ id: asId('one.c'), text, role: 'sre' }],
        gates: [gate('g', '1', 1, { title: text })],
      }),
    ],
    {
      runbook: { id: 'test', title: text, sha256: '', file: 'f' },
      decisions: [{ id: 'go', title: text, requires: [], approval: approval('go', { question: text }) }],
      rollbacks: { R1: { id: 'R1', title: text, undo: 'all', steps: [step('c', { title: text })] } },
    },
  );
  const filled = JSON.stringify(withTexts(made, context, (error) => expect(error).toBeUndefined()));
  // What steps are given is settled when they run.
  expect(filled.match(/\$\{\{/g)).toHaveLength(2);
  expect(filled.match(/"x 7"/g)).toHaveLength(13);
});

test('what gives nothing stays as it was written, and is told', () => {
  const told: ExpressionError[] = [];
  const made = withTexts(plan([phase('one', [], { title: 'x ${{inputs.nope}}' })]), context, (error) =>
    told.push(error),
  );
  expect(made.phases[0]?.title).toBe('x ${{ inputs.nope }}');
  expect(told.map(({ missing }) => missing)).toEqual([true]);
});
