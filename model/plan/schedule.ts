import { goLiveIdOf } from './address.js';
import { type Blackout, isDue, type ScheduleRight } from './calendar.js';
import type { Plan } from './plan.js';
import type { Finding } from '../preflight/finding.js';
import type { Signed } from '../signing/signing.js';

/** A schedule with everything settled. */
export interface SchedulePlan extends ScheduleRight {
  title: string;
  pauseOnFailure: boolean;
  /** What each run does; its change is `SCHEDULED`, and each run has its own in its place. */
  plan: Plan;
}

/** The argument of the workflow `scheduled`. */
export interface ScheduledStart {
  schedule: SchedulePlan;
  /** Who applied the schedule, and what proves it where names are signed. */
  appliedBy: string;
  signed?: Signed;
  /** A run that a person asks for, also within a blackout; signed for itself where names are. */
  asked?: { by: string; override?: string; due?: string; signed?: Signed };
}

/** What a run of a schedule came to. */
export interface ScheduledResult {
  status: 'go' | 'waived' | 'inconclusive' | 'no-go' | 'blackout' | 'overlap' | 'there' | 'missing';
  sentence: string;
  /** Of a run that looks only. */
  findings?: Finding[];
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

/** Whether the runs of a plan's schedule look for what is missing, and begin nothing. */
export function looksOnly({ schedule }: Pick<Plan, 'schedule'>): boolean {
  return schedule?.preflight === true;
}

/** The plan of one run, or with `SCHEDULED` the template again: all that differs is the change. */
export function withChange(plan: Plan, change: string): Plan {
  const root = plan.evidence.directory.slice(0, plan.evidence.directory.length - plan.goLiveId.length - 1);
  const goLiveId = goLiveIdOf(plan.target.id, change);
  return { ...plan, change, goLiveId, evidence: { ...plan.evidence, directory: `${root}/${goLiveId}` } };
}

/** The change of a run that is due then, e.g. `20261121T031500Z`. */
export function changeOf(due: Date): string {
  return due.toISOString().replace(/[-:]|\.\d+/g, '');
}

/** When the run of a change is due; undefined where the change is no run's. */
export function dueOf(change: string): Date | undefined {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(change) ?? [];
  const due = new Date(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
  return Number.isNaN(due.getTime()) || changeOf(due) !== change ? undefined : due;
}

/** What a worker that is busy may add to how late a run begins. */
const GRACE_MS = 60_000;
/** How far the clocks of the server and of a worker may be apart. */
const SKEW_MS = 5_000;

/** Why a signed schedule gives no right to this run; undefined when it does. `began`: when its go-live began. */
export function dueProblem(
  { id, times, catchUpMs, blackouts, endsAt }: NonNullable<Plan['schedule']>,
  change: string,
  began: Date,
): string | undefined {
  if (!times || catchUpMs === undefined || !blackouts || endsAt === undefined) {
    return `what was signed of the schedule '${id}' says no calendar and no end; apply it anew.`;
  }
  const due = dueOf(change);
  if (!due) return `its change '${change.slice(0, 60)}' names no due time.`;
  const at = due.toISOString();
  if (!isDue(times, due)) return `no run of '${id}' is due at ${at}.`;
  const blackout = blackoutAt(blackouts, due);
  if (blackout) return `${at} lies in a blackout until ${blackout.to} (${blackout.why}).`;
  if (!(due.getTime() < Date.parse(endsAt))) return `the schedule ended at ${endsAt}; apply it anew.`;
  const lateMs = began.getTime() - due.getTime();
  if (lateMs < -SKEW_MS) return `its run of ${at} is not due yet.`;
  return lateMs > catchUpMs + GRACE_MS ? `its run of ${at} is too late to be caught up.` : undefined;
}

/** Why no go-live may be made of the plan of a schedule's run; undefined when one may. */
export function unattendedProblem(plan: Pick<Plan, 'phases' | 'decisions' | 'schedule'>): string | undefined {
  if (looksOnly(plan)) return 'its schedule may look for what is missing, and begin nothing.';
  const { phases, decisions } = plan;
  const asks =
    phases.flatMap(({ approvals }) => approvals).find(({ auto }) => auto === undefined)?.id ??
    phases.flatMap(({ checklist }) => checklist)[0]?.id ??
    decisions.find(({ approval }) => approval !== undefined)?.id;
  return asks === undefined ? undefined : `it says that it comes from a schedule, and asks people ('${asks}').`;
}

/** Why a person may not start this run of a schedule, though they sign it: a blackout that they do not override. */
export function overrideProblem({ schedule, change }: Plan, override: string | undefined): string | undefined {
  const due = dueOf(change);
  const blackout = due && blackoutAt(schedule?.blackouts ?? [], due);
  if (!blackout || override?.trim()) return undefined;
  return `${due?.toISOString()} lies in a blackout until ${blackout.to} (${blackout.why}), and nobody overrides it.`;
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
  /** ISO 8601; null: without an end. */
  ends: string | null;
  next: string[];
  last: { due: string; status: string; sentence: string } | null;
  /** Runs that came due, and runs that a person asked for, as far back as the server remembers. */
  runs: number;
  byHand: number;
  missed: number;
  skipped: number;
}
