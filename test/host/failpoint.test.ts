import { expect, test } from '@jest/globals';
import { armFailpoints, failsAt, parseFailpoint } from '../../host/failpoint.js';

test.each<[string | undefined, unknown]>([
  ['after-act', { name: 'after-act', nth: 1 }],
  ['mid-log:12', { name: 'mid-log', nth: 12 }],
  ['during@schema', { name: 'during', nth: 1, step: 'schema' }],
  ['during:2@schema', { name: 'during', nth: 2, step: 'schema' }],
  ['no-such-point', undefined],
  ['', undefined],
  [undefined, undefined],
])('GOLIVE_FAILPOINT=%s', (text, armed) => {
  expect(parseFailpoint(text)).toEqual(armed);
});

test('a process fails nowhere until it is armed, and then where the environment says', () => {
  expect(failsAt('mid-log')).toBe(false);
  armFailpoints({ GOLIVE_FAILPOINT: 'mid-log:2' });
  expect([failsAt('after-log'), failsAt('mid-log'), failsAt('mid-log'), failsAt('mid-log')]).toEqual([
    false,
    false,
    true,
    false,
  ]);
  armFailpoints({});
  expect([failsAt('mid-log'), failsAt('mid-log')]).toEqual([false, false]);
});
