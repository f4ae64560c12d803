import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  ScheduleNotFoundError,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
  WorkflowFailedError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { TASK_QUEUE } from '../../model/state/contract.js';
import { formatDuration } from '../../model/duration.js';
import {
  blackoutAt,
  changeOf,
  SCHEDULED,
  type ScheduledResult,
  type ScheduledStart,
  scheduledTarget,
  scheduleId,
  type SchedulePlan,
  type ScheduleRow,
  withChange,
} from '../../model/plan/schedule.js';
import { planSchedule } from '../../model/schema/plan/plan-schedule.js';
import type { RunbookSchedule } from '../../model/schema/format/runbook.js';
import { confirmLive } from '../terminal/confirm.js';
import { CliError } from '../errors.js';
import { listGoLives } from './list.js';
import { makePlan, openRunbook } from '../runbook/load.js';
import { clean } from '../render/text.js';
import type { StartChoices } from './start.js';
import { proveStarter } from './starter.js';

/** How long a question about a run's result may take. */
const ASK_MS = 3000;

export interface Applied {
  id: string;
  schedule: string;
  what: 'created' | 'updated' | 'removed';
}

/** Whose a schedule is, in its memo: that never changes, which is why no more stands there. */
type Memo = Pick<ScheduleRow, 'target' | 'schedule' | 'runbook'>;

/**
 * Makes the schedules of a runbook on a target what the runbook says: new ones are created, known ones updated (a paused
 * one stays paused), and those that the runbook has no more are removed.
 *
 * @throws CliError (exit 2) when the runbook has none, or cannot be planned
 */
export async function applySchedules(client: Client, file: string, options: StartChoices): Promise<Applied[]> {
  const opened = await openRunbook(file);
  const { schedules = [] } = opened.runbook;
  if (schedules.length === 0) {
    const hint = 'Give it `schedules:`; see docs/runbook-format.md.';
    throw new CliError(`${file} has no schedules.`, { exitCode: 2, hint });
  }
  const planned = await Promise.all(schedules.map((schedule) => planOf(opened, schedule, options)));
  if (options.mode === 'live') await confirmLive(`Let ${names(planned)} run LIVE on ${options.target}?`, options.yes);
  const applied: Applied[] = [];
  for (const plan of planned) {
    const proof = await proveStarter(plan.plan, options);
    const start: ScheduledStart = {
      schedule: plan,
      appliedBy: proof.by,
      ...(proof.signed ? { signed: proof.signed } : {}),
    };
    applied.push(await put(client, options.target, plan, start));
  }
  const known = new Set(planned.map(({ id }) => scheduleId(options.target, id)));
  for (const row of await memos(client)) {
    if (row.target !== options.target || row.runbook !== opened.runbook.id || known.has(row.id)) continue;
    await client.schedule.getHandle(row.id).delete();
    applied.push({ id: row.id, schedule: row.schedule, what: 'removed' });
  }
  return applied;
}

const names = (plans: readonly SchedulePlan[]): string => plans.map(({ id }) => id).join(', ');

async function planOf(
  opened: Awaited<ReturnType<typeof openRunbook>>,
  schedule: RunbookSchedule,
  { target, input, mode, timeScale = 1, evidence }: StartChoices,
): Promise<SchedulePlan> {
  const choices = { target, change: SCHEDULED, mode, timeScale, inputs: input, evidence, schedule };
  return planSchedule(schedule, await makePlan(opened, choices), Date.now());
}

function timesText({ times }: SchedulePlan): string {
  return times.cron ?? `every ${formatDuration(times.everyMs ?? 0)}`;
}

async function put(client: Client, target: string, plan: SchedulePlan, start: ScheduledStart): Promise<Applied> {
  const id = scheduleId(target, plan.id);
  const memo: Memo = { target, schedule: plan.id, runbook: plan.plan.runbook.id };
  const options: ScheduleOptions = {
    scheduleId: id,
    spec: {
      ...(plan.times.cron === undefined ? {} : { cronExpressions: [plan.times.cron] }),
      ...(plan.times.everyMs === undefined ? {} : { intervals: [{ every: plan.times.everyMs }] }),
      timezone: plan.times.timezone,
      ...(plan.endsAt === undefined ? {} : { endAt: new Date(plan.endsAt) }),
    },
    action: {
      type: 'startWorkflow',
      workflowType: 'scheduled',
      workflowId: `${target}.${plan.id}/run`,
      taskQueue: TASK_QUEUE,
      args: [start],
      workflowTaskTimeout: '5s',
      staticSummary: plan.title,
    },
    policies: {
      overlap: ScheduleOverlapPolicy.SKIP,
      catchupWindow: plan.catchUpMs,
      pauseOnFailure: plan.pauseOnFailure,
    },
    memo: { ...memo },
  };
  try {
    await client.schedule.create(options);
    return { id, schedule: plan.id, what: 'created' };
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  const { action, spec, policies } = options;
  await client.schedule
    .getHandle(id)
    .update((previous) => ({ ...previous, spec, action: action as never, policies: policies ?? {} }));
  return { id, schedule: plan.id, what: 'updated' };
}

async function memos(client: Client): Promise<(Memo & { id: string })[]> {
  const rows: (Memo & { id: string })[] = [];
  for await (const { scheduleId: id, memo } of client.schedule.list()) {
    if (typeof memo?.['schedule'] === 'string' && typeof memo['target'] === 'string')
      rows.push({ id, ...(memo as unknown as Memo) });
  }
  return rows.toSorted((a, b) => a.id.localeCompare(b.id));
}

/** Every schedule of golive with its state, next runs, last run and its result. */
export async function listSchedules(client: Client, target?: string): Promise<ScheduleRow[]> {
  const rows = (await memos(client)).filter((row) => target === undefined || row.target === target);
  return Promise.all(rows.map((memo) => describe(client, memo)));
}

async function describe(client: Client, memo: Memo & { id: string }): Promise<ScheduleRow> {
  const { state, info, action } = await client.schedule.getHandle(memo.id).describe();
  const { target, schedule, runbook, id } = memo;
  const plan = startOf(id, action).schedule;
  return {
    id,
    target: clean(target, 60),
    schedule: clean(schedule, 60),
    title: clean(plan.title, 100),
    runbook: clean(runbook, 60),
    mode: plan.plan.mode,
    times: clean(timesText(plan), 60),
    timezone: clean(plan.times.timezone, 60),
    state: state.paused ? `paused${state.note ? `: ${clean(state.note, 100)}` : ''}` : 'active',
    ends: plan.endsAt ?? null,
    next: state.paused ? [] : info.nextActionTimes.slice(0, 3).map((time) => time.toISOString()),
    last: await lastRun(client, info, scheduledTarget(target, schedule)),
    runs: info.numActionsTaken,
    missed: info.numActionsMissedCatchupWindow,
    skipped: info.numActionsSkippedOverlap,
  };
}

/** The last run: the schedule's own word, which has the sentence, unless a person asked for a run after it. */
async function lastRun(
  client: Client,
  info: ScheduleDescription['info'],
  target: string,
): Promise<ScheduleRow['last']> {
  const own = await lastOf(client, info);
  const [newest] = await listGoLives(client, { limit: 1, target });
  if (!newest || (own && newest.change === changeOf(new Date(own.due)))) return own;
  if (own && own.due > newest.startedAt) return own;
  return { due: newest.startedAt, status: newest.verdict, sentence: '' };
}

async function lastOf(client: Client, info: ScheduleDescription['info']): Promise<ScheduleRow['last']> {
  const recent = info.recentActions.at(-1);
  if (!recent || recent.action.type !== 'startWorkflow') return null;
  const due = recent.scheduledAt.toISOString();
  const { workflowId, firstExecutionRunId } = recent.action.workflow;
  const handle = client.workflow.getHandle<() => Promise<ScheduledResult>>(workflowId, firstExecutionRunId);
  try {
    const { status } = await handle.describe();
    if (status.name === 'RUNNING') return { due, status: 'running', sentence: '' };
    const result = await client.withDeadline(Date.now() + ASK_MS, () => handle.result());
    return { due, status: result.status, sentence: clean(result.sentence, 300) };
  } catch (error) {
    const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
    const told = cause instanceof ApplicationFailure ? (cause.details?.[0] as ScheduledResult | undefined) : undefined;
    return {
      due,
      status: told?.status ?? 'failed',
      sentence: clean(told?.sentence ?? cause?.message ?? 'Its result is not known.', 300),
    };
  }
}

export interface RunOptions {
  by?: string | undefined;
  /** SSH key to sign the run with, where names are signed. */
  key?: string | undefined;
  override?: string | undefined;
}

/**
 * Starts a run now, beside the schedule's times: the same go-live, in the name of who asks for it.
 * @throws CliError: exit 2 when there is no such schedule, 4 when nothing was started
 */
export async function runSchedule(
  client: Client,
  target: string,
  schedule: string,
  options: RunOptions,
): Promise<ScheduledResult> {
  const id = scheduleId(target, schedule);
  const description = await found(client, target, schedule, () => client.schedule.getHandle(id).describe());
  const start = startOf(id, description.action);
  const { override } = options;
  const due = new Date();
  const reason = blackoutAt(start.schedule.blackouts, due) ? override : undefined;
  const { by, signed } = await proveStarter(withChange(start.schedule.plan, changeOf(due)), { ...options, reason });
  const asked = {
    by,
    due: due.toISOString(),
    ...(override === undefined ? {} : { override }),
    ...(signed ? { signed } : {}),
  };
  const handle = await client.workflow.start<(start: ScheduledStart) => Promise<ScheduledResult>>('scheduled', {
    workflowId: `${target}.${schedule}/asked-${Date.now()}`,
    taskQueue: TASK_QUEUE,
    args: [{ ...start, asked }],
    workflowTaskTimeout: '5s',
    staticSummary: `${start.schedule.title}, asked for by ${by}`,
  });
  try {
    return await handle.result();
  } catch (error) {
    const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
    if (cause instanceof ApplicationFailure && cause.details?.[0]) return cause.details[0] as ScheduledResult;
    throw error;
  }
}

/** What a schedule starts. @throws CliError (exit 2) when golive did not make it */
function startOf(id: string, action: ScheduleDescription['action']): ScheduledStart {
  const [start] = (action.type === 'startWorkflow' ? (action.args ?? []) : []) as (ScheduledStart | undefined)[];
  if (start) return start;
  throw new CliError(`The schedule ${id} was not made by golive.`, {
    exitCode: 2,
    hint: '`golive schedule list` shows those that were.',
  });
}

/** @throws CliError (exit 2) when there is no such schedule */
export async function pauseSchedule(client: Client, target: string, schedule: string, note: string): Promise<void> {
  await found(client, target, schedule, (id) => client.schedule.getHandle(id).pause(note));
}
/** @throws CliError (exit 2) when there is no such schedule */
export async function resumeSchedule(client: Client, target: string, schedule: string, note: string): Promise<void> {
  await found(client, target, schedule, (id) => client.schedule.getHandle(id).unpause(note));
}
/** @throws CliError (exit 2) when there is no such schedule */
export async function removeSchedule(client: Client, target: string, schedule: string): Promise<void> {
  await found(client, target, schedule, (id) => client.schedule.getHandle(id).delete());
}

async function found<T>(client: Client, target: string, schedule: string, act: (id: string) => Promise<T>): Promise<T> {
  try {
    return await act(scheduleId(target, schedule));
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    const near = (await memos(client)).filter((row) => row.target === target).map((row) => row.schedule);
    throw new CliError(`The target '${target}' has no schedule '${schedule}'.`, {
      exitCode: 2,
      hint: near.length > 0 ? `It has: ${near.join(', ')}.` : '`golive schedule list` shows all schedules.',
    });
  }
}
