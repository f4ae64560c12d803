import { expect, test } from '@jest/globals';
import { asId } from '../../../model/plan/address.js';
import type { StandingUndo } from '../../../model/plan/taking-back.js';
import { changesThatStand } from '../../../model/state/changed-since.js';
import { initialState } from '../../../model/state/initial-state.js';
import type { StepRecord } from '../../../model/state/state.js';
import { phase, plan, step } from '../../kits/plans.js';

const made = plan([phase('p', [step('look', { effect: 'none' }), step('page'), step('mail', { ownUndo: false })])]);
const record = (id: string, status: StepRecord['status'], epoch = 1): StepRecord => ({
  id: asId(id),
  title: id,
  uses: 'fake.act',
  status,
  epoch,
});
const undo = (id: string): StandingUndo => ({
  phase: asId('p'),
  phaseAttempt: 1,
  step: asId(id),
  epoch: 1,
  always: false,
  calls: [],
});

test.each<[string, StepRecord[], StandingUndo[], string[]]>([
  ['nothing ran', [record('page', 'pending', 0)], [], []],
  ['it only looked', [record('look', 'done')], [], []],
  ['its undo stands', [record('page', 'done')], [undo('page')], ['p.page']],
  ['its undo was carried out', [record('page', 'done')], [], []],
  ['a deed that failed may have acted', [record('page', 'failed')], [undo('page')], ['p.page']],
  ['done, and nothing undoes it', [record('mail', 'done')], [], ['p.mail']],
  ['failed, and nothing undoes it', [record('mail', 'failed')], [], []],
])('%s', (_what, steps, undos, expected) => {
  const state = initialState(made, '', '', '', '');
  const phases = state.phases.map((one) => ({ ...one, steps }));
  expect(changesThatStand(made, { ...state, phases, undos })).toEqual(expected);
  // A later rollback's word counts more than its own end.
  expect(changesThatStand(made, { ...state, phases, undos: [undo('page')] }, undos)).toEqual(expected);
});
