import { describe, expect, test } from '@jest/globals';
import { problemsInPhase, problemsWith } from '../../../kits/problems.js';

const inputs = { n: { type: 'integer', default: 7 } };
const wait = { id: 'pause', uses: 'wait', with: { for: '1s' } };

test('titles and texts may name inputs and the target, questions also what was found before', () => {
  const title = 'Schema ${{ inputs.n }} on ${{ target.id }}';
  const phase = {
    title,
    checklist: [{ id: 'c', text: title, role: 'lead' }],
    steps: [{ ...wait, title }],
    gates: [{ id: 'g', title, value: '1', atLeast: 1 }],
    approval: [
      { role: 'lead', question: 'To ${{ inputs.n }} as ${{ run.mode }}?' },
      { role: 'lead', when: 'after', question: 'It took ${{ steps.pause.waitedMs }} ms: on?' },
    ],
  };
  const decisions = [
    {
      id: 'd',
      title,
      requires: ['one'],
      approval: { role: 'lead', question: '${{ phases.one.steps.pause.waitedMs }} ms?' },
    },
  ];
  expect(problemsInPhase(phase, { title, inputs, decisions, rollbacks: { R1: { title, steps: [wait] } } })).toEqual([]);
});

const bad = 'x ${{ inputs.nope }}';
const unknown = /unknown name 'nope' among the inputs/;

describe('found in a text', () => {
  test.each<[string, object, object, RegExp]>([
    ['of the runbook', {}, { title: bad }, unknown],
    ['of a phase', { title: bad }, {}, unknown],
    ['of a step', { steps: [{ ...wait, title: bad }] }, {}, unknown],
    ['of an undo', { steps: [{ ...wait, undo: [{ ...wait, id: undefined, title: bad }] }] }, {}, unknown],
    ['of a gate', { gates: [{ id: 'g', title: bad, value: '1', atLeast: 1 }] }, {}, unknown],
    [
      'of gates for each step',
      { gates: [{ each: ['pause'], gates: [{ id: 'g', title: bad, value: '1', atLeast: 1 }] }] },
      {},
      unknown,
    ],
    ['of a checklist', { checklist: [{ id: 'c', text: bad, role: 'lead' }] }, {}, unknown],
    ['of a question', { approval: { role: 'lead', question: bad } }, {}, unknown],
    ['of a decision', {}, { decisions: [{ id: 'd', title: bad, requires: ['one'] }] }, unknown],
    [
      'of the question of a decision',
      {},
      { decisions: [{ id: 'd', requires: ['one'], approval: { role: 'lead', question: bad } }] },
      unknown,
    ],
    ['of a rollback', {}, { rollbacks: { R1: { title: bad, undo: 'all' } } }, unknown],
    ['of a step of a rollback', {}, { rollbacks: { R1: { steps: [{ ...wait, title: bad }] } } }, unknown],
    ['of a guard', {}, { guards: { g: { title: bad, trips: 'true' } } }, unknown],
    ['that does not end', { title: 'x ${{ inputs.n' }, {}, /does not end with }}/],
    ['that is no CEL', { approval: { role: 'lead', question: '${{ nonsense( }}?' } }, {}, /./],
    ['what only a run knows, in a title', { title: '${{ run.mode }}' }, {}, /there is no 'run' here/],
    [
      'what comes later, in a question',
      { approval: { role: 'lead', question: '${{ steps.pause.waitedMs }}' } },
      {},
      /there is no 'steps' here/,
    ],
  ])('%s', (_, members, parts, problem) => {
    expect(problemsInPhase({ ...members }, { inputs, ...parts })).toEqual([expect.stringMatching(problem)]);
  });
});

test('text without expressions is not looked at', () => {
  expect(problemsWith({ title: 'costs $5 {{ braces }}' })).toEqual([]);
});
