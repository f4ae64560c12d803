import { z } from 'zod';
import { duration } from './fields.js';
import type { Json } from '../../model/json.js';
import { numberIn } from './numbers.js';

/** A time of RFC 3339, and of ISO 8601 as programs write it: a blank for the T, an offset without a colon or minutes. */
const TIME =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(Z|[+-](\d{2})(?::?(\d{2}))?)$/i;
const ZONELESS = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)?$/;
/** A numeric time before is one in another unit: of seconds taken for milliseconds. */
const EARLIEST = Date.UTC(1980, 0, 1);
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Where the times of records stand, and how far ahead of this machine's clock they may be. */
export const timeFields = {
  timeUnit: z
    .enum(['ms', 's'])
    .optional()
    .describe('Unit of times that are numbers, since 1970; without it a number is no time.'),
  skew: duration
    .prefault('5m')
    .describe('How far ahead of the worker’s clock a time may be, in real time; beyond, it is unknown.'),
};

export interface TimeOptions {
  unit?: 'ms' | 's' | undefined;
  /** The clock that times are held to, in milliseconds. */
  now: number;
  skewMs: number;
}

/** A time in milliseconds since 1970, or why there is none. */
export type TimeRead = { ms: number } | { problem: string };

/** The time of a value: a text with a zone, or a number whose unit is said. */
export function timeIn(value: Json | undefined, { unit, now, skewMs }: TimeOptions): TimeRead {
  const read = typeof value === 'string' && numberIn(value) === undefined ? zonedTime(value) : numericTime(value, unit);
  if ('problem' in read || read.ms <= now + skewMs) return read;
  return { problem: `is dated ahead of the clock: ${new Date(read.ms).toISOString()}` };
}

/** A text with a zone as a time. */
export function zonedTime(text: string): TimeRead {
  const parts = TIME.exec(text);
  if (!parts) {
    const shown = JSON.stringify(text.slice(0, 40));
    return { problem: ZONELESS.test(text) ? `has a time without a zone: ${shown}` : `has no time: ${shown}` };
  }
  const [, year, month, day, hour, minute, second = '0', fraction = '0', zone = 'Z', zoneHour = '0', zoneMinute = '0'] =
    parts;
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const real = new Date(date).toISOString().startsWith(`${year}-${month}-${day}`);
  const inDay = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
  if (!real || !inDay || Number(zoneHour) > 23 || Number(zoneMinute) > 59) {
    return { problem: `has no time: ${JSON.stringify(text.slice(0, 40))} is on no clock` };
  }
  const sign = zone.startsWith('-') ? -1 : 1;
  const offset = sign * (Number(zoneHour) * 60 + Number(zoneMinute)) * MINUTE_MS;
  const inDayMs = (Number(hour) * 60 + Number(minute)) * MINUTE_MS + Number(second) * 1000;
  return { ms: date + inDayMs + Number(fraction.padEnd(3, '0').slice(0, 3)) - offset };
}

function numericTime(value: Json | undefined, unit: 'ms' | 's' | undefined): TimeRead {
  const number = numberIn(value);
  if (number === undefined) return { problem: value === undefined ? 'has no time' : 'has a time that is none' };
  if (unit === undefined) return { problem: 'has a number for its time: say `timeUnit: ms` or `timeUnit: s`' };
  const ms = unit === 's' ? number * 1000 : number;
  if (ms < EARLIEST || ms > 100_000_000 * DAY_MS) {
    return { problem: `has a time that cannot be in ${unit === 's' ? 'seconds' : 'milliseconds'}: ${number}` };
  }
  return { ms };
}
