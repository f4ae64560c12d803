import { describe, expect, test } from '@jest/globals';
import { isDue, leftOut, onClock, readCron } from '../../../model/plan/calendar.js';

describe('a cron line is read as Temporal runs it', () => {
  test.each([
    ['0 3 * * *', 'UTC', '2026-11-21T03:00:00Z', true],
    ['0 3 * * *', 'UTC', '2026-11-21T03:00:01Z', false],
    ['0 3 * * *', 'UTC', '2026-11-21T03:01:00Z', false],
    // Three in the morning in Berlin is two in UTC in winter, one in summer.
    ['0 3 * * *', 'Europe/Berlin', '2026-11-21T02:00:00Z', true],
    ['0 3 * * *', 'Europe/Berlin', '2026-07-21T01:00:00Z', true],
    ['0 3 * * *', 'Europe/Berlin', '2026-11-21T03:00:00Z', false],
    ['*/15 8-17 * * mon-fri', 'UTC', '2026-11-20T17:45:00Z', true],
    ['*/15 8-17 * * mon-fri', 'UTC', '2026-11-21T17:45:00Z', false],
    ['5/20 * * * *', 'UTC', '2026-11-21T00:25:00Z', true],
    ['0 0 1,15 jan *', 'UTC', '2027-01-15T00:00:00Z', true],
    ['0 0 1,15 jan *', 'UTC', '2027-02-15T00:00:00Z', false],
    // Sunday has two numbers.
    ['0 0 * * 7', 'UTC', '2026-11-22T00:00:00Z', true],
    ['0 0 * * 0', 'UTC', '2026-11-22T00:00:00Z', true],
    // Day and weekday must both fit: 13 November 2026 is a Friday, 13 December is not.
    ['0 0 13 * 5', 'UTC', '2026-11-13T00:00:00Z', true],
    ['0 0 13 * 5', 'UTC', '2026-12-13T00:00:00Z', false],
    ['0 0 13 * 5', 'UTC', '2026-11-20T00:00:00Z', false],
    // Left out by the change to summer time, so it never comes on that day.
    ['30 2 28 3 *', 'Europe/Berlin', '2027-03-28T01:30:00Z', false],
    ['0 3 * * *', 'Nowhere/Town', '2026-11-21T03:00:00Z', false],
  ])('%s in %s: %s is %s', (cron, timezone, at, due) => {
    expect(isDue({ cron, timezone }, new Date(at))).toBe(due);
  });
});

test.each([
  [3_600_000, '2026-11-21T03:00:00Z', true],
  [3_600_000, '2026-11-21T03:00:01Z', false],
  [0, '2026-11-21T03:00:00Z', false],
])('an interval of %s ms counts from the epoch: %s is %s', (everyMs, at, due) => {
  expect(isDue({ everyMs, timezone: 'UTC' }, new Date(at))).toBe(due);
});

test('no time is never due', () => {
  expect(isDue({ cron: '* * * * *', timezone: 'UTC' }, new Date('nonsense'))).toBe(false);
});

test.each([
  ['0 9 * * 5#2', /the weekday '5#2'/],
  ['99 99 * * *', /the minute '99'/],
  ['0 99 * * *', /the hour '99'/],
  ['0 0 30 2 *', /never comes/],
  ['0 0 31 4,6,9,11 *', /never comes/],
  ['0 0 L * *', /the day 'l'/],
  ['0 0 15W * *', /the day '15w'/],
  ['0 0 ? * *', /the day '\?'/],
  ['*/0 * * * *', /the minute/],
  ['5-1 * * * *', /the minute/],
  ['0 0 * * mo', /the weekday/],
  ['0 0 * *', /five fields/],
  ['', /five fields/],
])('%j is refused', (cron, why) => {
  expect(readCron(cron)).toEqual({ ok: false, problem: expect.stringMatching(why) });
});

test('29 February comes', () => {
  expect(readCron('0 0 29 2 *').ok).toBe(true);
});

test.each([
  // 14 March 2027 is when clocks go forward in New York, 28 March in Berlin.
  ['30 2 14 3 *', 'America/New_York', '2027-03-14 02:30'],
  ['30 2 * * *', 'Europe/Berlin', '2027-03-28 02:30'],
  ['0 3 * * *', 'Europe/Berlin', undefined],
  ['30 2 * * *', 'UTC', undefined],
  ['30 2 29 3 *', 'Europe/Berlin', undefined],
  // Each hour has a run, so none is missed.
  ['*/15 * * * *', 'Europe/Berlin', undefined],
  ['30 2 * * *', 'Nowhere/Town', undefined],
])('what the clock leaves out of %s in %s: %s', (cron, timezone, time) => {
  expect(leftOut({ cron, timezone }, new Date('2026-11-26T03:04:05Z'), 400)).toBe(time);
});

test('a time is told on the clock of its zone', () => {
  expect(onClock(new Date('2026-11-29T03:10:00Z'), 'Europe/Berlin')).toBe('Sun 2026-11-29 04:10');
  expect(onClock(new Date('2026-11-29T23:59:00Z'), 'Asia/Tokyo')).toBe('Mon 2026-11-30 08:59');
  expect(onClock(new Date('2026-11-29T00:00:00Z'), 'UTC')).toBe('Sun 2026-11-29 00:00');
  expect(onClock(new Date('2026-11-29T00:00:00Z'), 'Nowhere/Town')).toBe('2026-11-29T00:00:00.000Z');
});
