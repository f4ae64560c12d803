import { type Client, type ScheduleDescription, WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { formatDuration } from '../../model/duration.js';
import {
  changeOf,
  looksOnly,
  type ScheduledResult,
  type ScheduledStart,
  scheduledTarget,
  type SchedulePlan,
  type ScheduleRow,
} from '../../model/plan/schedule.js';
import { CliError } from '../errors.js';
import { clean } from '../render/text.js';
import { SHOWN_TIMES } from '../runbook/next-times.js';
import { listGoLives, quoted } from './list.js';

/** How long a question about a run's result may take. */
const ASK_MS = 3000;

/** Whose a schedule is, in its memo: that never changes, which is why no more stands there. */
export type Memo = Pick<ScheduleRow, 'target' | 'schedule' | 'runbook'>;

function timesText({ times }: SchedulePlan): string {
  return times.cron ?? `every ${formatDuration(times.everyMs ?? 0)}`;
}

/** The schedules that golive made, by their memos. */
export async function memos(client: Client): Promise<(Memo & { id: string })[]> {
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
    next: state.paused ? [] : info.nextActionTimes.slice(0, SHOWN_TIMES).map((time) => time.toISOString()),
    last: looksOnly(plan.plan)
      ? await lastLook(client, scheduledTarget(target, schedule))
      : await lastRun(client, info, scheduledTarget(target, schedule)),
    runs: info.numActionsTaken,
    byHand: await askedFor(client, scheduledTarget(target, schedule)),
    missed: info.numActionsMissedCatchupWindow,
    skipped: info.numActionsSkippedOverlap,
  };
}

/** Workflow id of a run that a person asks for, up to its time. @param target as `scheduledTarget` has it */
export const askedPrefix = (target: string): string => `${target}/asked-`;

async function askedFor(client: Client, target: string): Promise<number> {
  const query = `WorkflowType = 'scheduled' AND WorkflowId STARTS_WITH ${quoted(askedPrefix(target))}`;
  return (await client.workflow.count(query)).count;
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
  const { workflowId, firstExecutionRunId } = recent.action.workflow;
  return outcomeOf(client, recent.scheduledAt.toISOString(), workflowId, firstExecutionRunId);
}

/** The last look, on time or asked for by a person: it is no go-live, which would be found as that. */
async function lastLook(client: Client, target: string): Promise<ScheduleRow['last']> {
  const query = `WorkflowType = 'scheduled' AND WorkflowId STARTS_WITH ${quoted(`${target}/`)}`;
  for await (const { workflowId, runId, startTime } of client.workflow.list({ query, pageSize: 1 }))
    return outcomeOf(client, startTime.toISOString(), workflowId, runId);
  return null;
}

/** What a run came to. @param due ISO 8601 */
async function outcomeOf(client: Client, due: string, workflowId: string, runId: string): Promise<ScheduleRow['last']> {
  const handle = client.workflow.getHandle<() => Promise<ScheduledResult>>(workflowId, runId);
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

/** What a schedule starts. @throws CliError (exit 2) when golive did not make it */
export function startOf(id: string, action: ScheduleDescription['action']): ScheduledStart {
  const [start] = (action.type === 'startWorkflow' ? (action.args ?? []) : []) as (ScheduledStart | undefined)[];
  if (start) return start;
  throw new CliError(`The schedule ${id} was not made by golive.`, {
    exitCode: 2,
    hint: '`golive schedule list` shows those that were.',
  });
}
