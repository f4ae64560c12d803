import { describe, expect, test } from '@jest/globals';
import { problemsWith } from '../../../kits/problems.js';

const parts = {
  inputs: { pause: { type: 'duration', default: '1s', min: '500ms' } },
  phases: [
    {
      id: 'one',
      owner: 'lead',
      checklist: [{ id: 'look', role: 'lead', text: 'Look.' }],
      approval: { role: 'lead' },
      steps: [{ id: 'pause', uses: 'wait', with: { for: '1s' } }],
    },
  ],
  decisions: [{ id: 'go', title: 'GO', requires: ['one'], approval: { role: 'lead' } }],
  rollbacks: { R1: { title: 'Back', steps: [{ id: 'back', uses: 'wait', with: { for: '1s' } }] } },
};
const yes = { vote: 'approve' };
const of = (rehearsal: object): string[] => problemsWith({ ...parts, rehearsal });
const fault = (expected: object, more: object = {}): object => ({
  faults: [{ id: 'down', title: 'Down', expect: { verdict: 'no-go', exit: 10, ...expected }, ...more }],
});

test('a rehearsal that names only what exists is in order', () => {
  expect(
    of({
      inputs: { pause: '2s' },
      people: { lead: 'Ada' },
      answers: { one: yes, 'one.look': yes, go: yes, '*': yes },
      outputs: { 'one.pause': { waitedMs: 5 } },
      ...fault({ phase: 'one', rollbacks: ['R1', 'undo'], decisions: { go: 'no-go' } }),
    }),
  ).toEqual([]);
});

describe('a rehearsal is refused', () => {
  test.each<[string, object, RegExp]>([
    ['with an unknown input', { inputs: { pauze: '2s' } }, /no input 'pauze': Did you mean 'pause'/],
    ['with an input beyond its limit', { inputs: { pause: '1ms' } }, /input 'pause' is 1ms, but the least is 500ms/],
    ['with an answer that nobody asks for', { answers: { one_look: yes } }, /nobody is asked 'one_look'/],
    ['with a person in no role', { people: { boss: 'Ada' } }, /no role 'boss'/],
    ['with an operator in no role', { operator: { role: 'boss', choice: 'stop' } }, /no role 'boss'/],
    ['with outputs of no step', { outputs: { 'one.pauze': {} } }, /no step 'one.pauze': Did you mean 'one.pause'/],
    ['with an output that the kind lacks', { outputs: { 'one.pause': { waited: 1 } } }, /gives no 'waited'/],
    ['with a fault that expects no phase', fault({ phase: 'two' }), /no phase 'two'/],
    ['with a fault that expects no rollback', fault({ rollbacks: ['R2'] }), /no rollback 'R2': Did you mean 'R1'/],
    ['with a fault that expects no decision', fault({ decisions: { gone: 'go' } }), /no decision 'gone'/],
    ['with a fault that sets no input', fault({}, { inputs: { none: 1 } }), /no input 'none'/],
  ])('%s', (_name, rehearsal, problem) => {
    expect(of(rehearsal)).toEqual([expect.stringMatching(problem)]);
  });
});

test.each([
  [{ type: 'integer', default: 'three' }, /default of 'n' is not a number/],
  [{ type: 'string', pattern: '(' }, /this is no pattern: this \( has no \)/],
])('an input such as %j is refused, with or without a rehearsal', (spec, problem) => {
  expect(problemsWith({ inputs: { n: spec } })).toEqual([expect.stringMatching(problem)]);
});
