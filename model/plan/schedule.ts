import type { Plan } from './plan.js';
import type { Signed } from '../signing/signing.js';

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

/** A schedule with everything settled. */
export interface SchedulePlan {
  id: string;
  title: string;
  times: ScheduleTimes;
  /** How late a missed run may still be started. */
  catchUpMs: number;
  pauseOnFailure: boolean;
  blackouts: Blackout[];
  /** What each run does; its change is `SCHEDULED`, and each run has its own in its place. */
  plan: Plan;
}

/** The argument of the workflow `scheduled`. */
export interface ScheduledStart {
  schedule: SchedulePlan;
  /** Who applied the schedule, and what proves it where names are signed. */
  appliedBy: string;
  signed?: Signed;
  /** A run that a person asks for, also within a blackout. */
  asked?: { by: string; override?: string };
}

/** What a run of a schedule came to. */
export interface ScheduledResult {
  status: 'go' | 'waived' | 'inconclusive' | 'no-go' | 'blackout' | 'overlap';
  sentence: string;
  /** When it was due, and when it began: ISO 8601. */
  due: string;
  began: string;
  /** Workflow id and change of its go-live, when one was started. */
  target?: string;
  change?: string;
}

/** The change of a schedule's template. */
export const SCHEDULED = 'scheduled';

/** Name of a schedule in Temporal. */
export function scheduleId(target: string, schedule: string): string {
  return `golive.${target}.${schedule}`;
}

/** The target of a schedule's runs: they have a row of their own, and do not keep the target busy. */
export function scheduledTarget(target: string, schedule: string): string {
  return `${target}.${schedule}`;
}

/** The plan of one run, or with `SCHEDULED` the template again: all that differs is the change. */
export function withChange(plan: Plan, change: string): Plan {
  const root = plan.evidence.directory.slice(0, plan.evidence.directory.length - plan.goLiveId.length - 1);
  const goLiveId = `${plan.target.id}/${change}`;
  return { ...plan, change, goLiveId, evidence: { ...plan.evidence, directory: `${root}/${goLiveId}` } };
}

/** The change of a run that is due then, e.g. `20261121T031500Z`. */
export function changeOf(due: Date): string {
  return due.toISOString().replace(/[-:]|\.\d+/g, '');
}

export function blackoutAt(blackouts: readonly Blackout[], time: Date): Blackout | undefined {
  const at = time.getTime();
  return blackouts.find(({ from, to }) => at >= Date.parse(from) && at < Date.parse(to));
}

/** What `golive schedule list` tells of one schedule. */
export interface ScheduleRow {
  id: string;
  target: string;
  schedule: string;
  title: string;
  runbook: string;
  mode: string;
  times: string;
  timezone: string;
  state: string;
  next: string[];
  last: { due: string; status: string; sentence: string } | null;
  runs: number;
  missed: number;
  skipped: number;
}
