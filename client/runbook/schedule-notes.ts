import { parseDuration } from '../../model/duration.js';
import { onClock, type ScheduleTimes } from '../../model/plan/calendar.js';
import type { Runbook } from '../../model/schema/format/runbook.js';
import { nextTimes, surprises } from './next-times.js';

/** When a schedule of a runbook would run, and what may surprise in it. */
export interface ScheduleNote {
  id: string;
  timezone: string;
  /** ISO 8601, the next first; empty where an input decides. */
  next: string[];
  surprises: string[];
}

/** What is to be said of each schedule of a runbook. */
export function scheduleNotes({ schedules = [] }: Runbook, now: Date): ScheduleNote[] {
  return schedules.map(({ id, cron, every, timezone = 'UTC' }) => {
    const everyMs = every === undefined ? undefined : parseDuration(every);
    const times: ScheduleTimes = {
      ...(cron === undefined ? {} : { cron }),
      ...(everyMs === undefined ? {} : { everyMs }),
      timezone,
    };
    const next = nextTimes(times, now).map((at) => at.toISOString());
    return { id, timezone, next, surprises: surprises(times, now) };
  });
}

/** A note as lines of text: the times are those of the schedule's own clock. */
export function scheduleLines({ id, timezone, next, surprises: said }: ScheduleNote): string[] {
  const times = next.map((at) => onClock(new Date(at), timezone)).join(', ');
  const runs = `schedule ${id}: ${times === '' ? 'an input decides when' : `next ${times} (${timezone})`}`;
  return [runs, ...said.map((sentence) => `! schedule ${id}: ${sentence}.`)];
}
