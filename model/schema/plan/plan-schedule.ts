import { parseDuration } from '../../duration.js';
import { readAddress } from '../../plan/address.js';
import type { Plan } from '../../plan/plan.js';
import type { ScheduleRight } from '../../plan/calendar.js';
import type { SchedulePlan } from '../../plan/schedule.js';
import type { Runbook, RunbookSchedule } from '../format/runbook.js';
import { settledBy } from '../format/runbook-fields.js';

const CATCH_UP_MS = 60_000;
/** How long what somebody signed when a schedule was applied lets it run. */
export const VALID_MS = 90 * 86_400_000;
/** Temporal takes no shorter one; a longer one would start what nobody expects any more. */
const SHORTEST_MS = 10_000;
const LONGEST_MS = 600_000;

/**
 * The part of a runbook that a schedule runs: its phases in its order, and one decision over them. Of one that looks only,
 * all of it.
 */
export function scheduledRunbook(runbook: Runbook, { id, title = id, phases }: RunbookSchedule): Runbook {
  if (!phases) return { ...runbook, schedules: [] };
  const chosen = phases.flatMap((name) => runbook.phases.filter((phase) => phase.id === name));
  const of = (from: string): boolean => phases.includes(readAddress(from).phase);
  const include = (runbook.evidence?.include ?? []).filter(({ from }) =>
    (typeof from === 'string' ? [from] : from).every(of),
  );
  const states = runbook.evidence?.states?.filter(({ before, after }) => of(before) && of(after));
  const boxes = runbook.evidence?.boxes?.filter(({ by }) => of(by));
  return {
    ...runbook,
    title: `${runbook.title}: ${title}`,
    phases: chosen,
    // Not the schedule's id: a phase may have that.
    decisions: [{ id: `scheduled-${id}`.slice(0, 60), title, requires: phases }],
    evidence: { ...runbook.evidence, include, ...(states ? { states } : {}), ...(boxes ? { boxes } : {}) },
    schedules: [],
  };
}

/**
 * A schedule as it is applied. Its calendar stands in the plan, too: whoever signs the plan signs when it may run.
 *
 * @param plan of `scheduledRunbook`, with the change `SCHEDULED`
 * @param nowMs when it is applied, milliseconds since the epoch
 */
export function planSchedule(schedule: RunbookSchedule, plan: Plan, nowMs: number): SchedulePlan {
  const span = (text: string | undefined, otherwise: number): number => {
    const name = settledBy(text);
    const value = name === undefined ? (text === undefined ? undefined : parseDuration(text)) : plan.inputs[name];
    return typeof value === 'number' ? value : otherwise;
  };
  const { id, title = id, every, timezone = 'UTC', catchUp, pauseOnFailure = false, blackouts = [] } = schedule;
  const named = settledBy(schedule.cron);
  const cron = named === undefined ? schedule.cron : String(plan.inputs[named] ?? '');
  const bounded = schedule.validFor !== undefined || plan.signing?.level === 'signed';
  const right: ScheduleRight = {
    id,
    times: {
      ...(cron === undefined ? {} : { cron }),
      ...(every === undefined ? {} : { everyMs: span(every, 0) }),
      timezone,
    },
    catchUpMs: Math.min(LONGEST_MS, Math.max(SHORTEST_MS, span(catchUp, CATCH_UP_MS))),
    blackouts,
    ...(schedule.preflight ? { preflight: true as const } : {}),
    ...(bounded ? { endsAt: new Date(nowMs + span(schedule.validFor, VALID_MS)).toISOString() } : {}),
  };
  return { ...right, title, pauseOnFailure, plan: { ...plan, schedule: right } };
}
