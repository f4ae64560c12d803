import { expect, test } from '@jest/globals';
import { neverAsked } from '../../../client/runbook/never-asked.js';
import type { RunbookPhase } from '../../../model/schema/format/runbook.js';

type OnFail = RunbookPhase['onFail'];
const phase = (id: string, onFail?: OnFail, fromAttempt?: number): RunbookPhase => ({
  id,
  ...(onFail ? { onFail } : {}),
  ...(fromAttempt === undefined ? {} : { approval: [{ role: 'lead' }, { role: 'lead', fromAttempt }] }),
});

test.each<[string, RunbookPhase[], number]>([
  ['a phase that is taken once', [phase('one', undefined, 2)], 1],
  ['a phase with fewer attempts', [phase('one', { attempts: 2 }, 3)], 1],
  ['a phase with as many', [phase('one', { attempts: 3 }, 3)], 0],
  ['a phase about which a person is asked', [phase('one', { then: 'ask' }, 2)], 0],
  ['a phase to which another returns', [phase('one', undefined, 2), phase('two', { then: { return: 'one' } })], 0],
  [
    'a phase that falls with another, which is taken again',
    [phase('one', undefined, 2), phase('two', { attempts: 2 })],
    0,
  ],
  ['a phase behind one that only stops', [phase('one', { then: 'stop' }), phase('two', undefined, 2)], 1],
  ['no such question', [phase('one', { attempts: 2 })], 0],
])('%s', (_, phases, told) => {
  expect(neverAsked({ phases })).toHaveLength(told);
});

test('it says where, what and what to do', () => {
  expect(neverAsked({ phases: [phase('full', { attempts: 2 }, 4)] })).toEqual([
    'phases.full: a question is for attempt 4 and later (fromAttempt), and the phase has 2 attempts: nobody is asked. Give onFail: { attempts: 4 }, or a smaller fromAttempt.',
  ]);
});
