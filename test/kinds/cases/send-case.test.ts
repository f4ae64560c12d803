import { expect, test } from '@jest/globals';
import { waitMs } from '../../../kinds/cases/send-case.js';

test.each([
  ['seconds', { 'retry-after': '2' }, 2000],
  ['a fraction', { 'retry-after': '0.25' }, 250],
  ['a date', { 'retry-after': 'Sat, 21 Nov 2026 00:00:05 GMT' }, 5000],
  ['nothing', {}, 1000],
  ['nonsense', { 'retry-after': 'soon' }, 1000],
  ['an hour is cut', { 'retry-after': '3600' }, 120_000],
])('Retry-After as %s', (_name, headers, ms) => {
  expect(waitMs({ headers }, new Date('2026-11-21T00:00:00Z'))).toBe(ms);
});
