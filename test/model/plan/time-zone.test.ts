import { expect, test } from '@jest/globals';
import { zoneProblem } from '../../../model/plan/time-zone.js';

test.each([
  'UTC',
  'Europe/Berlin',
  'Etc/UTC',
  'GMT',
  'US/Eastern',
  'Europe/Kyiv',
  'Europe/Kiev',
  'Asia/Calcutta',
  'Asia/Kolkata',
])('%s is one', (name) => {
  expect(zoneProblem(name)).toBe(undefined);
});

test.each([
  ['europe/berlin', 'Europe/Berlin'],
  ['EUROPE/BERLIN', 'Europe/Berlin'],
  ['utc', 'UTC'],
  ['us/eastern', 'US/Eastern'],
  ['PST', 'America/Los_Angeles'],
  ['Europe/Atlantis', undefined],
  ['Local', undefined],
  ['', undefined],
])('%j is none to the server; meant is %j', (name, meant) => {
  expect(zoneProblem(name)).toEqual({ meant });
});

test.each(['+01:00', 'SystemV/EST5'])('%s is none to the server', (name) => {
  expect(zoneProblem(name)).toBeDefined();
});
