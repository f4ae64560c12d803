import { describe, expect, test } from '@jest/globals';
import { buildContext, evaluate } from '../../../model/expression/expression.js';
import { weekday } from '../../../model/expression/weekday.js';

describe('weekday', () => {
  // Berlin goes back from +02:00 to +01:00 on 2026-10-25 and forth on 2026-03-29; New York and Kiritimati are far apart.
  test.each([
    ['2026-11-27T09:00:00Z', 'UTC', 'friday'],
    ['2026-11-26T22:59:59.999Z', 'Europe/Berlin', 'thursday'],
    ['2026-11-26T23:00:00Z', 'Europe/Berlin', 'friday'],
    ['2026-11-27T22:59:59Z', 'Europe/Berlin', 'friday'],
    ['2026-11-27T23:00:00Z', 'Europe/Berlin', 'saturday'],
    ['2026-10-22T21:59:59Z', 'Europe/Berlin', 'thursday'],
    ['2026-10-22T22:00:00Z', 'Europe/Berlin', 'friday'],
    ['2026-10-29T22:59:59Z', 'Europe/Berlin', 'thursday'],
    ['2026-10-29T23:00:00Z', 'Europe/Berlin', 'friday'],
    ['2026-03-26T23:00:00Z', 'Europe/Berlin', 'friday'],
    ['2026-04-02T22:00:00Z', 'Europe/Berlin', 'friday'],
    ['2026-11-27T04:59:00Z', 'America/New_York', 'thursday'],
    ['2026-11-26T10:00:00Z', 'Pacific/Kiritimati', 'friday'],
    ['2026-11-27T00:30:00+14:00', 'UTC', 'thursday'],
    ['2024-02-29T12:00Z', 'UTC', 'thursday'],
  ])('%s in %s is a %s', (moment, zone, day) => {
    expect(weekday(moment, zone)).toBe(day);
  });
  test.each([
    ['2026-11-27T09:00:00', 'UTC', 'takes a time'],
    ['2026-11-27', 'UTC', 'takes a time'],
    ['2026-13-27T09:00:00Z', 'UTC', 'takes a time'],
    ['2026-02-30T09:00:00Z', 'UTC', 'takes a time'],
    ['2026-02-29T09:00:00Z', 'UTC', 'takes a time'],
    ['', 'UTC', 'takes a time'],
    ['2026-11-27T09:00:00Z', 'Europe/Atlantis', 'knows no zone "Europe/Atlantis"'],
    ['2026-11-27T09:00:00Z', '', 'knows no zone ""'],
  ])('%j in %j has none', (moment, zone, message) => {
    expect(() => weekday(moment, zone)).toThrow(message);
  });
  test('an expression asks for it', () => {
    const context = buildContext({ inputs: { zone: 'Europe/Berlin' }, run: { started: '2026-11-26T23:00:00Z' } });
    expect(evaluate('weekday(run.started, inputs.zone) != "friday"', context)).toBe(false);
  });
});
