import { expect, test } from '@jest/globals';
import { NO_EXTRAS } from '../../../evidence/report/extras.js';
import { againCommands, reproduceText } from '../../../evidence/report/reproduce.js';
import { goState } from '../../kits/state-fixture.js';

test.each<[string, string | undefined, string]>([
  ['every undo that stood', undefined, 'golive rollback shop --change c1'],
  ['by a rollback', 'R1', 'golive rollback shop R1 --change c1'],
])('what took a go-live back is done again by the same verb, not by a start: %s', (_what, rollback, command) => {
  const takesBack = { goLive: 'shop/c1', bundle: '', ...(rollback === undefined ? {} : { rollback }) };
  const state = { ...goState(), target: 'shop', change: 'c1-rollback-1', takesBack };
  expect(againCommands(state, NO_EXTRAS)).toEqual([`${command}   # refused where nothing of it stands`]);
  expect(reproduceText(state, NO_EXTRAS)).toContain(`    ${command}`);
  expect(reproduceText(state, NO_EXTRAS)).not.toContain('golive start');
});
