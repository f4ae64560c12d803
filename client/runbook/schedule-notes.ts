import { parseDuration } from '../../model/duration.js';
import { onClock, type ScheduleTimes } from '../../model/plan/calendar.js';
import type { Runbook } from '../../model/schema/format/runbook.js';
import { settledBy } from '../../model/schema/format/runbook-fields.js';
import { nextTimes, surprises } from './next-times.js';

/** When a schedule of a runbook would run, and what may surprise in it. */
export interface ScheduleNote {
  id: string;
  timezone: string;
  /** ISO 8601, the next first; by the default of an input that decides, and empty where it has none. */
  next: string[];
  /** The input that decides. */
  input?: string;
  surprises: string[];
}

/** What is to be said of each schedule of a runbook. */
export function scheduleNotes({ schedules = [], inputs = {} }: Runbook, now: Date): ScheduleNote[] {
  const settled = (text: string | undefined): string | undefined => {
    const input = settledBy(text);
    const given = input === undefined ? text : inputs[input]?.default;
    return typeof given === 'string' ? given : undefined;
  };
  return schedules.map(({ id, timezone = 'UTC', ...said }) => {
    const [cron, every] = [settled(said.cron), settled(said.every)];
    const everyMs = every === undefined ? undefined : parseDuration(every);
    const input = settledBy(said.cron ?? said.every);
    const times: ScheduleTimes = {
      ...(cron === undefined ? {} : { cron }),
      ...(everyMs === undefined ? {} : { everyMs }),
      timezone,
    };
    const next = nextTimes(times, now).map((at) => at.toISOString());
    return { id, timezone, next, ...(input === undefined ? {} : { input }), surprises: surprises(times, now) };
  });
}

/** A note as lines of text: the times are those of the schedule's own clock. */
export function scheduleLines({ id, timezone, next, input, surprises: said }: ScheduleNote): string[] {
  const times = next.map((at) => onClock(new Date(at), timezone)).join(', ');
  const unless = input === undefined ? '' : `, unless input ${input} says otherwise`;
  const runs = `schedule ${id}: ${times === '' ? 'an input decides when' : `next ${times} (${timezone})${unless}`}`;
  return [runs, ...said.map((sentence) => `! schedule ${id}: ${sentence}.`)];
}
