import { expect, test } from '@jest/globals';
import { nextTimes, surprises } from '../../../client/runbook/next-times.js';

const FROM = new Date('2026-11-26T12:00:00Z');
const next = (cron: string, timezone = 'UTC', from = FROM) =>
  nextTimes({ cron, timezone }, from).map((at) => at.toISOString().slice(0, 16));

test.each<[string, string, string, string[]]>([
  [
    'a week day',
    '10 4 * * 0',
    'Europe/Berlin',
    ['2026-11-29T03:10', '2026-12-06T03:10', '2026-12-13T03:10', '2026-12-20T03:10', '2026-12-27T03:10'],
  ],
  [
    'day and weekday, which must both fit',
    '0 9 13 * 5',
    'UTC',
    ['2027-08-13T09:00', '2028-10-13T09:00', '2029-04-13T09:00', '2029-07-13T09:00', '2030-09-13T09:00'],
  ],
  [
    'the 29th of February',
    '0 0 29 2 *',
    'UTC',
    ['2028-02-29T00:00', '2032-02-29T00:00', '2036-02-29T00:00', '2040-02-29T00:00', '2044-02-29T00:00'],
  ],
  [
    'Sunday by its other number',
    '0 0 * * 7',
    'UTC',
    ['2026-11-29T00:00', '2026-12-06T00:00', '2026-12-13T00:00', '2026-12-20T00:00', '2026-12-27T00:00'],
  ],
  [
    'a step over all values',
    '*/90 */25 1 1 *',
    'UTC',
    ['2027', '2028', '2029', '2030', '2031'].map((y) => `${y}-01-01T00:00`),
  ],
  [
    'a step from a value on',
    '5/50 0 1 1 *',
    'UTC',
    ['2027-01-01T00:05', '2027-01-01T00:55', '2028-01-01T00:05', '2028-01-01T00:55', '2029-01-01T00:05'],
  ],
  ['no zone', '0 9 * * *', 'europe/berlin', []],
  ['a line that is none', '0 99 * * *', 'UTC', []],
])('the next times of %s', (_, cron, timezone, times) => {
  expect(next(cron, timezone)).toEqual(times);
});

test('an hour that the clocks leave out has no run, and one that comes twice has the first', () => {
  expect(next('30 2 * * *', 'Europe/Berlin', new Date('2027-03-26T12:00:00Z')).slice(0, 2)).toEqual([
    '2027-03-27T01:30',
    '2027-03-29T00:30',
  ]);
  expect(next('30 2 * * *', 'Europe/Berlin', new Date('2027-10-30T12:00:00Z'))[0]).toBe('2027-10-31T00:30');
});

test('an interval counts from the epoch, as the server does', () => {
  const times = nextTimes({ everyMs: 3_600_000, timezone: 'UTC' }, new Date('2026-11-26T12:00:00Z'));
  expect(times.map((at) => at.toISOString().slice(11, 16))).toEqual(['13:00', '14:00', '15:00', '16:00', '17:00']);
  expect(nextTimes({ timezone: 'UTC' }, FROM)).toEqual([]);
});

test.each<[string, string, string[]]>([
  ['0 9 13 * 5', 'UTC', ['day and weekday must both fit; other programs take either']],
  ['0 9 * * 0-7', 'UTC', []],
  ['30 2 * * *', 'Europe/Berlin', ['2027-03-28 02:30 does not exist in Europe/Berlin, clocks go forward: no run then']],
  ['0 9 13 * *', 'UTC', []],
])('what surprises in %s (%s)', (cron, timezone, said) => {
  expect(surprises({ cron, timezone }, FROM)).toEqual(said);
});
