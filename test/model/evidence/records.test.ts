import { expect, test } from '@jest/globals';
import { isBegun, isGoLiveState } from '../../../model/evidence/records.js';
import { initialState } from '../../../model/state/initial-state.js';
import { phase, plan, step } from '../../kits/plans.js';

const made = plan([phase('p', [step('a')])]);
const begun = { plan: made, digest: 'd', startedBy: 'Op' };
const state = initialState(made, 'd', 'w', 'Op', 'T');

test.each<[string, unknown, boolean, boolean]>([
  ['a begin', begun, true, false],
  ['a state', state, false, true],
  ['a plan without phases', { plan: { target: {} } }, false, false],
  ['a plan without a target', { plan: { phases: [] } }, false, false],
  ['nothing', null, false, false],
  ['a text', 'plan', false, false],
])('%s', (_what, value, isBegin, isState) => {
  expect([isBegun(value), isGoLiveState(value)]).toEqual([isBegin, isState]);
});
