import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../../../model/json.js';
import { timeIn, zonedTime } from '../../../kinds/shared/times.js';
import { runs } from '../../kits/hostile-bytes.js';

const NOW = Date.parse('2026-11-26T12:00:00Z');
const at = (value: Json | undefined, unit?: 'ms' | 's') => timeIn(value, { unit, now: NOW, skewMs: 300_000 });

describe('a time has a zone', () => {
  test.each<[string, string]>([
    ['2026-11-26T11:00:00Z', '2026-11-26T11:00:00.000Z'],
    ['2026-11-26t11:00:00.5z', '2026-11-26T11:00:00.500Z'],
    ['2026-11-26 13:00:00+02:00', '2026-11-26T11:00:00.000Z'],
    ['2026-11-26T13:00:00.123456789+0200', '2026-11-26T11:00:00.123Z'],
    ['2026-11-26T06:30-04:30', '2026-11-26T11:00:00.000Z'],
    ['2026-11-26T13:00:00,250+02', '2026-11-26T11:00:00.250Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ])('%s', (text, time) => {
    expect(at(text)).toEqual({ ms: Date.parse(time) });
  });

  test.each<[Json | undefined, string]>([
    ['2026-11-26T11:00:00', 'without a zone'],
    ['2026-11-26 11:00', 'without a zone'],
    ['2026-11-26', 'without a zone'],
    ['2026-11-26T11:00:00 CET', 'has no time'],
    ['2026-11-26T11:00:00[Europe/Berlin]', 'has no time'],
    ['2026-02-30T11:00:00Z', 'is on no clock'],
    ['2025-02-29T11:00:00Z', 'is on no clock'],
    ['2026-13-01T11:00:00Z', 'is on no clock'],
    ['2026-11-26T24:00:00Z', 'is on no clock'],
    ['2026-11-26T11:60:00Z', 'is on no clock'],
    ['2026-11-26T11:00:61Z', 'is on no clock'],
    ['2026-11-26T11:00:00+24:00', 'is on no clock'],
    ['0000-11-26T11:00:00Z', 'is on no clock'],
    ['26 Nov 2026 11:00:00 GMT', 'has no time'],
    ['11/26/2026', 'has no time'],
    ['yesterday', 'has no time'],
    ['', 'has no time'],
    [undefined, 'has no time'],
    [null, 'has a time that is none'],
    [true, 'has a time that is none'],
    [[], 'has a time that is none'],
  ])('%j is none', (value, problem) => {
    expect(at(value)).toEqual({ problem: expect.stringContaining(problem) as unknown });
  });
});

describe('a number says its unit', () => {
  test.each<[Json, 'ms' | 's', number]>([
    [NOW - 1000, 'ms', NOW - 1000],
    [String(NOW - 1000), 'ms', NOW - 1000],
    [NOW / 1000 - 1, 's', NOW - 1000],
    [1732617600.25, 's', 1732617600250],
    ['2026-11-26T11:00:00Z', 's', Date.parse('2026-11-26T11:00:00Z')],
  ])('%j in %s', (value, unit, ms) => {
    expect(at(value, unit)).toEqual({ ms });
  });
  test.each<[Json, 'ms' | 's' | undefined, string]>([
    [NOW, undefined, 'timeUnit'],
    [String(NOW), undefined, 'timeUnit'],
    [NOW / 1000, 'ms', 'cannot be in milliseconds'],
    [NOW, 's', 'ahead of the clock'],
    [NOW * 1e6, 's', 'cannot be in seconds'],
    [0, 'ms', 'cannot be in milliseconds'],
    [-1, 's', 'cannot be in seconds'],
  ])('%j in %s is none', (value, unit, problem) => {
    expect(at(value, unit)).toEqual({ problem: expect.stringContaining(problem) as unknown });
  });
});

test('a time ahead of the clock is none beyond the skew', () => {
  expect(at('2026-11-26T12:05:00Z')).toEqual({ ms: NOW + 300_000 });
  expect(at('2026-11-26T12:05:00.001Z')).toEqual({ problem: 'is dated ahead of the clock: 2026-11-26T12:05:00.001Z' });
  expect(at('2099-01-01T00:00:00Z')).toMatchObject({ problem: expect.stringContaining('ahead') as unknown });
});

test('every time that is written is read as the one it is; with one part wrong it is none', () => {
  const whole = fc.record({
    ms: fc.integer({ min: Date.UTC(1000, 0, 1), max: Date.UTC(9998, 0, 1) }),
    offset: fc.integer({ min: -23 * 60, max: 23 * 60 }),
  });
  fc.assert(
    fc.property(whole, fc.boolean(), ({ ms, offset }, broken) => {
      const local = new Date(ms + offset * 60_000).toISOString().slice(0, -1);
      const two = (number: number): string => String(number).padStart(2, '0');
      const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
      if (broken) expect(zonedTime(local)).toHaveProperty('problem');
      else expect(zonedTime(local + zone)).toEqual({ ms });
    }),
    runs(),
  );
});
