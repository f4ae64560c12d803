import { expect, test } from '@jest/globals';
import { parseFailpoint } from '../../host/failpoint.js';

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
