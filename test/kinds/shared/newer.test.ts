import { expect, test } from '@jest/globals';
import { refuseOlder } from '../../../kinds/shared/newer.js';

const AT = Date.UTC(2026, 10, 26, 10);

test('what is older than the bound is of an earlier run; what is as old as it, or has no bound, is not', () => {
  expect(() => refuseOlder('The report', AT, '2026-11-26T10:00:00.001Z')).toThrow('an earlier run left it');
  expect(() => refuseOlder('The report', AT, '2026-11-26T12:00:01+02:00')).toThrow('an earlier run left it');
  refuseOlder('The report', AT, '2026-11-26T10:00:00Z');
  refuseOlder('The report', AT, undefined);
  expect(() => refuseOlder('The report', AT, '2026-11-26')).toThrow('newerThan has a time without a zone');
});
