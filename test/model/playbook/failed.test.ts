import { expect, test } from '@jest/globals';
import { failedIn, pointersIn } from '../../../model/playbook/failed.js';
import type { PlaybookPointer } from '../../../model/playbook/pointer.js';
import { asId } from '../../../model/plan/address.js';
import { goState, noGoState } from '../../kits/state-fixture.js';

const state = noGoState();
const failed = failedIn(state);
const [first] = failed;
const address = `${first?.phase}.${first?.part}`;
const pointer = (entry: string, ...when: string[]): PlaybookPointer => ({ entry, when: when.map((one) => asId(one)) });

test('what failed points to the first entry that answers it; what no entry answers to none', () => {
  expect(first).toBeDefined();
  const playbook = [pointer('other', 'nowhere.at-all'), pointer('it', address), pointer('later', address)];
  expect(failedIn({ ...state, playbook })[0]).toMatchObject({ entry: 'it' });
  expect(pointersIn({ ...state, playbook })).toEqual(['playbook: it, `golive playbook show it`']);
  expect(failed.every(({ entry }) => entry === undefined)).toBe(true);
});

test('an entry that answers several failures is named once, and a GO points nowhere', () => {
  const every = failed.map(({ phase, part }) => `${phase}.${part}`);
  expect(pointersIn({ ...state, playbook: [pointer('all', ...every)] })).toHaveLength(1);
  expect(pointersIn({ ...goState(), playbook: [pointer('all', ...every)] })).toEqual([]);
  expect(pointersIn(state)).toEqual([]);
});
