import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
  WorkflowFailedError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { TASK_QUEUE } from '../../model/state/contract.js';
import {
  blackoutAt,
  changeOf,
  SCHEDULED,
  type ScheduledResult,
  type ScheduledStart,
  scheduleId,
  scheduledTarget,
  type SchedulePlan,
  withChange,
} from '../../model/plan/schedule.js';
import { planSchedule } from '../../model/schema/plan/plan-schedule.js';
import type { RunbookSchedule } from '../../model/schema/format/runbook.js';
import { confirmLive } from '../terminal/confirm.js';
import { cronProblem, everyProblem } from '../../model/plan/calendar.js';
import { CliError, messageOf } from '../errors.js';
import { refuseBareCredentials } from './bare-credentials.js';
import { makePlan, openRunbook } from '../runbook/load.js';
import { surprises } from '../runbook/next-times.js';
import { talk } from '../terminal/tell.js';
import { askedPrefix, type Memo, memos, startOf } from './schedule-list.js';
import type { StartChoices } from './start.js';
import { proveStarter } from './starter.js';

export interface Applied {
  id: string;
  schedule: string;
  what: 'created' | 'updated' | 'removed' | 'failed';
  /** Why it was not applied. */
  why?: string;
}

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
  for (const { id, times } of planned) {
    const problem = times.cron === undefined ? everyProblem(times.everyMs) : cronProblem(times.cron);
    if (problem === undefined) continue;
    const hint = 'See the inputs that you gave: five fields as 0 3 * * 1-5 for `cron`, whole seconds for `every`.';
    throw new CliError(`The schedule ${id}: ${problem}.`, { exitCode: 2, hint });
  }
  if (options.mode === 'live') await confirmLive(`Let ${names(planned)} run LIVE on ${options.target}?`, options.yes);
  // All are signed before one is written: who cannot sign them all changes none.
  const starts: [SchedulePlan, ScheduledStart][] = [];
  for (const plan of planned) {
    const { by, signed } = await proveStarter(plan.plan, options);
    starts.push([plan, { schedule: plan, appliedBy: by, ...(signed ? { signed } : {}) }]);
  }
  const applied: Applied[] = [];
  for (const [plan, start] of starts) {
    applied.push(
      await put(client, options.target, plan, start).catch((error) => notApplied(options.target, plan, error)),
    );
    if (applied.at(-1)?.what === 'failed') continue;
    if (plan.endsAt !== undefined) talk(`${plan.id} ends on ${plan.endsAt.slice(0, 10)}: apply it again before.`);
    for (const surprise of surprises(plan.times, new Date())) talk(`! ${plan.id}: ${surprise}.`);
  }
  const known = new Set(planned.map(({ id }) => scheduleId(options.target, id)));
  return [...applied, ...(await removeOthers(client, options.target, opened.runbook.id, known))];
}

/** Removes the schedules of the runbook on the target that it has no more. */
async function removeOthers(
  client: Client,
  target: string,
  runbook: string,
  known: ReadonlySet<string>,
): Promise<Applied[]> {
  const applied: Applied[] = [];
  let rows: Awaited<ReturnType<typeof memos>>;
  try {
    rows = await memos(client);
  } catch (error) {
    const why = `those that the runbook has no more could not be looked for: ${causeOf(error)}`;
    return [{ id: target, schedule: '(others)', what: 'failed', why }];
  }
  for (const row of rows) {
    if (row.target !== target || row.runbook !== runbook || known.has(row.id)) continue;
    const removed = { id: row.id, schedule: row.schedule, what: 'removed' } as const;
    applied.push(
      await client.schedule
        .getHandle(row.id)
        .delete()
        .then(
          () => removed,
          (error: unknown): Applied => ({
            ...removed,
            what: 'failed',
            why: `it could not be removed: ${causeOf(error)}`,
          }),
        ),
    );
  }
  return applied;
}

/** What one schedule could not be made keeps no other from being applied; the person is told of each. */
function notApplied(target: string, { id }: SchedulePlan, error: unknown): Applied {
  return { id: scheduleId(target, id), schedule: id, what: 'failed', why: causeOf(error) };
}

/** The server's own words, where the client only says that something went wrong. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return messageOf(cause);
}

const names = (plans: readonly SchedulePlan[]): string => plans.map(({ id }) => id).join(', ');

async function planOf(
  opened: Awaited<ReturnType<typeof openRunbook>>,
  schedule: RunbookSchedule,
  { target, input, mode, timeScale = 1, evidence }: StartChoices,
): Promise<SchedulePlan> {
  const choices = { target, change: SCHEDULED, mode, timeScale, inputs: input, evidence, schedule };
  const plan = await makePlan(opened, choices);
  await refuseBareCredentials(plan);
  return planSchedule(schedule, plan, Date.now());
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
    workflowId: `${askedPrefix(scheduledTarget(target, schedule))}${Date.now()}`,
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
