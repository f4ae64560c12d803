import { formatDuration } from '../duration.js';

/** When runs of a schedule are due: a cron line or an interval, in a time zone. */
export interface ScheduleTimes {
  cron?: string;
  everyMs?: number;
  /** IANA name, e.g. `Europe/Berlin`. */
  timezone: string;
}

/** A span of time in which a schedule starts nothing. */
export interface Blackout {
  /** ISO 8601; from `from` on, before `to`. */
  from: string;
  to: string;
  why: string;
}

/** When a schedule may start its runs, and until when: it stands in the plan, so that whoever signs the plan signs it. */
export interface ScheduleRight {
  id: string;
  times: ScheduleTimes;
  /** How late a missed run may still be started. */
  catchUpMs: number;
  blackouts: Blackout[];
  /** ISO 8601; nothing is started from then on until the schedule is applied anew. A signed one always has an end. */
  endsAt?: string;
  /** Its runs look for what a go-live of the plan would lack, and begin none: what was signed gives no right to more. */
  preflight?: true;
}

/** One of the five fields of a cron line. */
interface FieldRule {
  name: string;
  from: number;
  to: number;
  /** Three-letter names, from `from` on. */
  words?: readonly string[];
}

const FIELDS: readonly FieldRule[] = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day', from: 1, to: 31 },
  {
    name: 'month',
    from: 1,
    to: 12,
    words: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { name: 'weekday', from: 0, to: 7, words: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];
const DAYS_OF_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The values that each field of a cron line allows. */
export interface Calendar {
  minutes: ReadonlySet<number>;
  hours: ReadonlySet<number>;
  days: ReadonlySet<number>;
  months: ReadonlySet<number>;
  /** 0 = Sunday. */
  weekdays: ReadonlySet<number>;
}

export type ReadCalendar = { ok: true; calendar: Calendar } | { ok: false; problem: string };

/**
 * Reads a cron line as Temporal does: day and weekday must both fit. What its server would read otherwise than people
 * mean (`#`, `L`, `W`, values out of range, days that never come) is a problem, in one sentence.
 */
export function readCron(cron: string): ReadCalendar {
  const texts = cron.trim().split(/\s+/);
  if (texts.length !== FIELDS.length) return { ok: false, problem: 'a cron line has five fields' };
  const sets: Set<number>[] = [];
  for (const [index, rule] of FIELDS.entries()) {
    const values = new Set<number>();
    for (const part of (texts[index] ?? '').toLowerCase().split(',')) {
      const problem = addPart(values, part, rule);
      if (problem !== undefined) return { ok: false, problem };
    }
    sets.push(values);
  }
  const none = new Set<number>();
  const [minutes = none, hours = none, days = none, months = none, weekdays = none] = sets;
  // Sunday has two numbers.
  if (weekdays.has(7)) weekdays.add(0);
  const comes = [...months].some((month) => [...days].some((day) => day <= (DAYS_OF_MONTH[month - 1] ?? 0)));
  if (!comes) return { ok: false, problem: 'this day never comes' };
  return { ok: true, calendar: { minutes, hours, days, months, weekdays } };
}

/**
 * What is wrong with a cron line that is to be applied, in one sentence. The server takes a step that is longer than its
 * field, and runs at its first value alone: that is not every 90 minutes.
 */
export function cronProblem(cron: string): string | undefined {
  const read = readCron(cron);
  if (!read.ok) return read.problem;
  const texts = cron.trim().split(/\s+/);
  for (const [index, { name, from, to }] of FIELDS.entries()) {
    for (const part of (texts[index] ?? '').split(',')) {
      const step = Number(part.split('/')[1] ?? 1);
      if (step > to - from) return `the ${name} '${part}' steps over all of its values: ${from} to ${to}`;
    }
  }
  return undefined;
}

/** The server counts intervals in whole seconds, and takes none below one. */
const SHORTEST_EVERY_MS = 1000;

/** What is wrong with the interval of a schedule, in one sentence. @param everyMs undefined where an input decides */
export function everyProblem(everyMs: number | undefined): string | undefined {
  if (everyMs === undefined || (everyMs >= SHORTEST_EVERY_MS && everyMs % SHORTEST_EVERY_MS === 0)) return undefined;
  return `the server runs nothing every ${formatDuration(everyMs)}: whole seconds, one at least`;
}

/** Adds what one part of a field allows: `*`, `5`, `1-5`, `mon`, each also with `/step`. Gives what is wrong with it. */
function addPart(values: Set<number>, part: string, rule: FieldRule): string | undefined {
  const [, span = '', step = '1'] = /^(\*|\w+(?:-\w+)?)(?:\/(\d{1,4}))?$/.exec(part) ?? [];
  const wrong = `the ${rule.name} '${part.slice(0, 20)}' is none: ${rule.from} to ${rule.to}, also as 1-5, */5 or a list`;
  if (span === '' || Number(step) < 1) return wrong;
  const [low = '', high] = span.split('-');
  const from = span === '*' ? rule.from : valueOf(low, rule);
  const to = span === '*' ? rule.to : high === undefined ? (part.includes('/') ? rule.to : from) : valueOf(high, rule);
  if (from === undefined || to === undefined || from > to) return wrong;
  for (let value = from; value <= to; value += Number(step)) values.add(value);
  return undefined;
}

function valueOf(text: string, { from, to, words = [] }: FieldRule): number | undefined {
  const word = words.indexOf(text);
  const value = word >= 0 ? from + word : /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= from && value <= to ? value : undefined;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** Whether a run is due at exactly this moment by the calendar or the interval, on the clock of its time zone. */
export function isDue({ cron, everyMs, timezone }: ScheduleTimes, at: Date): boolean {
  const time = at.getTime();
  if (!Number.isFinite(time)) return false;
  // Temporal counts intervals from the epoch.
  if (cron === undefined) return everyMs !== undefined && everyMs > 0 && time % everyMs === 0;
  const read = readCron(cron);
  if (!read.ok || time % 60_000 !== 0) return false;
  const { minutes, hours, days, months, weekdays } = read.calendar;
  const clock = clockOf(timezone)?.(at);
  return (
    clock !== undefined &&
    minutes.has(clock.minute) &&
    hours.has(clock.hour) &&
    days.has(clock.day) &&
    months.has(clock.month) &&
    weekdays.has(clock.weekday)
  );
}

/** What the clock on the wall shows. */
interface Clock {
  minute: number;
  hour: number;
  day: number;
  month: number;
  weekday: number;
  year: number;
}

/** The clock of a time zone; undefined where there is none of that name. */
function clockOf(timeZone: string): ((at: Date) => Clock) | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      weekday: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
    return (at) => {
      const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type as string, value]));
      const number = (name: string): number => Number(parts.get(name));
      return {
        minute: number('minute'),
        hour: number('hour'),
        day: number('day'),
        month: number('month'),
        weekday: WEEKDAYS.indexOf(parts.get('weekday') ?? ''),
        year: number('year'),
      };
    };
  } catch {
    return undefined;
  }
}

/** The clock's own time as if it were UTC, in milliseconds. */
function wallMs({ year, month, day, hour, minute }: Clock): number {
  return Date.UTC(year, month - 1, day, hour, minute);
}

const shown = (wall: number): string => new Date(wall).toISOString().slice(0, 16).replace('T', ' ');

/** A time on the wall clock of a zone: `Sun 2026-11-29 04:10`. In ISO 8601 where there is no zone of that name. */
export function onClock(at: Date, timezone: string): string {
  const clock = clockOf(timezone)?.(at);
  return clock ? `${WEEKDAYS[clock.weekday]} ${shown(wallMs(clock))}` : at.toISOString();
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * The first time of a calendar that its clock leaves out in this many days, as the clock would show it: when clocks go
 * forward, nothing is due in that hour. Undefined where every hour has its runs, or none is lost.
 */
export function leftOut({ cron, timezone }: ScheduleTimes, from: Date, inDays: number): string | undefined {
  const read = cron === undefined ? undefined : readCron(cron);
  const clock = clockOf(timezone);
  if (!read?.ok || !clock || read.calendar.hours.size === 24) return undefined;
  const { minutes, hours, days, months, weekdays } = read.calendar;
  const wall = (ms: number): number => wallMs(clock(new Date(ms)));
  const start = Math.floor(from.getTime() / MINUTE_MS) * MINUTE_MS;
  for (let day = 0; day < inDays; day += 1) {
    let [before, after] = [start + day * DAY_MS, start + (day + 1) * DAY_MS];
    if (wall(after) - wall(before) <= DAY_MS) continue;
    while (after - before > MINUTE_MS) {
      const middle = Math.floor((before + after) / 2 / MINUTE_MS) * MINUTE_MS;
      if (wall(middle) - wall(before) > middle - before) after = middle;
      else before = middle;
    }
    for (let lost = wall(before) + MINUTE_MS; lost < wall(after); lost += MINUTE_MS) {
      const at = new Date(lost);
      const falls =
        minutes.has(at.getUTCMinutes()) &&
        hours.has(at.getUTCHours()) &&
        days.has(at.getUTCDate()) &&
        months.has(at.getUTCMonth() + 1) &&
        weekdays.has(at.getUTCDay());
      if (falls) return shown(lost);
    }
  }
  return undefined;
}
