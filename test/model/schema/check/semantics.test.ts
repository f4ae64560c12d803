import { describe, expect, test } from '@jest/globals';
import { problemsInPhase, problemsWith } from '../../../kits/problems.js';

const steps = [{ id: 'pause', uses: 'wait', with: { for: '1s' } }];
const two = [
  { id: 'one', owner: 'lead', steps },
  { id: 'two', owner: 'lead', steps },
];

describe('a phase is refused', () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    ['that does nothing', { steps: [] }, /phase 'one' does nothing/],
    ['whose owner is no role', { owner: 'boss' }, /no role 'boss'/],
    ['with two steps of one id', { steps: [...steps, ...steps] }, /already a step 'pause'/],
    ['whose failure rolls back to nothing', { onFail: { rollback: 'R9' } }, /no rollback 'R9'/],
    [
      'whose failure returns to nothing',
      { onFail: { then: { return: 'ones' } } },
      /no phase 'ones': Did you mean 'one'/,
    ],
    ['whose failure asks nobody', { owner: undefined, onFail: { then: 'ask' } }, /nobody is named to answer/],
    ['whose approval names no role', { approval: { question: 'Go?' } }, /names no role/],
    [
      'whose approval names roles twice',
      { approval: { role: 'lead', needs: [{ role: 'lead' }] } },
      /`role` and `needs`/,
    ],
    [
      'whose approval is a rule and is for people alone',
      { human: true, approval: { role: 'lead', auto: 'true' } },
      /only people may approve phase 'one'/,
    ],
    [
      'whose rule reads steps before they ran',
      { approval: { role: 'lead', auto: 'steps.pause.waitedMs > 1' } },
      /steps/,
    ],
    [
      'whose checklist has an item twice',
      {
        checklist: [
          { id: 'a', role: 'lead', text: 'A' },
          { id: 'a', role: 'lead', text: 'B' },
        ],
      },
      /already a checklist item 'a'/,
    ],
  ])('%s', (_name, members, problem) => {
    expect(problemsInPhase(members)).toEqual([expect.stringMatching(problem)]);
  });
});

describe('a runbook is refused', () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    ['without roles', { roles: {}, phases: [{ id: 'one', steps }] }, /no role is named/],
    ['with two phases of one id', { phases: [two[0], two[0]] }, /already a phase 'one'/],
    [
      'that returns to a later phase',
      { phases: [{ ...two[0], onFail: { then: { return: 'two' } } }, two[1]] },
      /phase 'two' comes later/,
    ],
    [
      'whose decision requires nothing known',
      { decisions: [{ id: 'go', title: 'GO', requires: ['ones'] }] },
      /no phase or earlier decision 'ones'/,
    ],
    [
      'whose decision is called like a phase',
      { decisions: [{ id: 'one', title: 'GO', requires: ['one'] }] },
      /already a phase or decision 'one'/,
    ],
    [
      'that includes evidence which no step leaves',
      { evidence: { include: [{ file: 'a', from: 'one.pause.a.json' }] } },
      /leaves no evidence 'a.json'/,
    ],
    [
      'that includes evidence of no step',
      { evidence: { include: [{ file: 'a', from: 'one.pauze.a.json' }] } },
      /has no step 'pauze'/,
    ],
    [
      'whose guardrail reads a step',
      { guardrails: [{ id: 'rail', title: 'Rail', live: 'steps.pause.waitedMs > 1' }] },
      /steps/,
    ],
    [
      'whose notice gives what its kind does not take',
      { notices: [{ on: ['no-go'], with: { kind: 'slack', url: { env: 'X' }, colour: 'red' } }] },
      /colour/,
    ],
    [
      'whose rollback has a misspelt step',
      { rollbacks: { R1: { title: 'Back', steps: [{ id: 'a', uses: 'wiat' }] } } },
      /no step kind 'wiat'/,
    ],
  ])('%s', (_name, parts, problem) => {
    expect(problemsWith(parts)).toEqual([expect.stringMatching(problem)]);
  });
});

test('a decision may require an earlier one, a phase may return to itself, and a rule reads steps that ran', () => {
  const phase = {
    ...two[0],
    onFail: { then: { return: 'one' } },
    approval: { role: 'lead', when: 'after', auto: 'steps.pause.waitedMs > 1' },
  };
  const decisions = [
    { id: 'local', title: 'Local', requires: ['one'] },
    { id: 'go', title: 'GO', requires: ['local', 'two'] },
  ];
  expect(problemsWith({ phases: [phase, two[1]], decisions })).toEqual([]);
});
