import { Cron } from 'croner';
import { zoneProblem } from '../../model/plan/time-zone.js';
import { isDue, leftOut, readCron, type ScheduleTimes } from '../../model/plan/calendar.js';

/** So many times of a schedule are shown. */
export const SHOWN_TIMES = 5;
/** So far ahead is looked for times that a change of the clocks leaves out, in days. */
const LOOK_DAYS = 400;
/** Candidates that are looked at: of those that a library gives, the server may leave some out. */
const CANDIDATES = 50;

/**
 * When a schedule is due next, in order. Of the times that the calendar gives those count that the server's own rule
 * takes: where clocks change, the two may differ.
 *
 * @param from only times after it
 * @returns at most `SHOWN_TIMES`; none for a calendar that cannot be read, or an interval that no input has set yet
 */
export function nextTimes(times: ScheduleTimes, from: Date): Date[] {
  const { cron, everyMs, timezone } = times;
  if (cron === undefined) {
    if (everyMs === undefined || everyMs <= 0) return [];
    const first = (Math.floor(from.getTime() / everyMs) + 1) * everyMs;
    return Array.from({ length: SHOWN_TIMES }, (_, index) => new Date(first + index * everyMs));
  }
  const read = readCron(cron);
  if (!read.ok || zoneProblem(timezone)) return [];
  const { minutes, hours, days, months, weekdays } = read.calendar;
  // As lists: a library reads steps and ranges in its own way, or refuses them.
  const lists = [minutes, hours, days, months, new Set([...weekdays].map((day) => day % 7))];
  const calendar = new Cron(lists.map((values) => [...values].join(',')).join(' '), {
    mode: '5-part',
    domAndDow: true,
    timezone,
    paused: true,
  });
  return calendar
    .nextRuns(CANDIDATES, from)
    .filter((at) => isDue(times, at))
    .slice(0, SHOWN_TIMES);
}

/** What somebody who knows other crons, or forgets the clocks, would not expect of a schedule; a sentence each. */
export function surprises(times: ScheduleTimes, from: Date): string[] {
  const { cron, timezone } = times;
  const read = cron === undefined ? undefined : readCron(cron);
  if (!read?.ok) return [];
  const found: string[] = [];
  const { days, weekdays } = read.calendar;
  if (days.size < 31 && new Set([...weekdays].map((day) => day % 7)).size < 7)
    found.push('day and weekday must both fit; other programs take either');
  const lost = leftOut(times, from, LOOK_DAYS);
  if (lost !== undefined) found.push(`${lost} does not exist in ${timezone}, clocks go forward: no run then`);
  return found;
}
