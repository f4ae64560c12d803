import { defineSearchAttributeKey, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import type { Plan } from '../model/plan/plan.js';
import { planMarkdown } from '../model/state/board.js';
import {
  blackoutAt,
  changeOf,
  looksOnly,
  type ScheduledResult,
  type ScheduledStart,
  withChange,
} from '../model/plan/schedule.js';
import { missingSentence, refusing } from '../model/preflight/finding.js';
import { labelsOf } from '../model/state/search-attributes.js';
import type { GoLiveState } from '../model/state/state.js';
import { mayGoOn } from '../model/verdict.js';
import { lookAround } from './activities.js';
import { deliver } from './deliver.js';
import type { goLive } from './go-live.js';
import type { GoLiveStart } from './inputs.js';
import { vouchLook } from './people/vouch.js';
import { digestOf, refOf } from './session.js';
import { failureOf } from './step.js';

const DUE = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

/**
 * One run of a schedule: nothing within a blackout that nobody overrides, nothing beside a run that still goes on, else a
 * go-live of its own, or a look alone. Fails when the go-live does and the schedule is to pause then: that is how Temporal
 * knows.
 */
export async function scheduled({ schedule, appliedBy, signed, asked }: ScheduledStart): Promise<ScheduledResult> {
  const { typedSearchAttributes, startTime } = workflowInfo();
  const due = asked?.due === undefined ? (typedSearchAttributes.get(DUE) ?? startTime) : new Date(asked.due);
  const times = { due: due.toISOString(), began: startTime.toISOString() };
  const blackout = blackoutAt(schedule.blackouts, due);
  if (blackout && asked?.override === undefined) {
    return {
      status: 'blackout',
      sentence: `Nothing was started: blackout until ${blackout.to} (${blackout.why}).`,
      ...times,
    };
  }
  const plan = withChange(schedule.plan, changeOf(due));
  const startedBy = asked ? asked.by : appliedBy;
  // Who asks for a run signs it; what was signed when the schedule was applied lets it run at its own times alone.
  const proof = asked ? asked.signed : signed;
  const over = blackout ? `, in spite of a blackout (${blackout.why}): ${asked?.override}` : '';
  const { id: target } = plan.target;
  const run = { ...times, target, change: plan.change };
  const start: GoLiveStart = {
    plan,
    planDigest: digestOf(plan),
    startedBy,
    because: `schedule ${schedule.id}${over}`,
    ...(proof ? { signed: proof } : {}),
    ...(blackout && asked?.override !== undefined ? { override: asked.override } : {}),
  };
  if (looksOnly(plan)) return look(start, schedule.title, times);
  let state: GoLiveState;
  try {
    state = await executeChild<typeof goLive>('goLive', {
      workflowId: target,
      args: [start],
      workflowTaskTimeout: '5s',
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `${schedule.title} · ${plan.change}`,
      staticDetails: planMarkdown(plan.phases),
      ...labelsOf(plan, startedBy, schedule.title),
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return { status: 'overlap', sentence: 'Nothing was started: an earlier run still goes on.', ...run };
  }
  const verdict = state.verdict ?? 'inconclusive';
  const result: ScheduledResult = { status: verdict, sentence: state.sentence ?? '', ...run };
  if (schedule.pauseOnFailure && !mayGoOn(verdict)) {
    throw ApplicationFailure.create({ message: result.sentence, type: 'NO_GO', nonRetryable: true, details: [result] });
  }
  return result;
}

/**
 * Looks whether all is there that a go-live of the plan needs, and begins nothing.
 *
 * @throws ApplicationFailure that says what is missing, after the channel of the runbook was told
 */
async function look(
  start: GoLiveStart,
  title: string,
  times: Pick<ScheduledResult, 'due' | 'began'>,
): Promise<ScheduledResult> {
  const { plan } = start;
  if (plan.signing?.level === 'signed') await vouchLook(start, plan.signing);
  const result: ScheduledResult = { ...(await found(plan)), ...times };
  if (result.status === 'there') return result;
  const { sentence: message } = result;
  for (const { with: channel } of plan.notices.filter(({ on }) => on.includes('no-go')))
    await deliver({ goLive: refOf(plan), with: channel, title, text: message, unlogged: true });
  throw ApplicationFailure.create({ message, type: 'BAD_INPUT', nonRetryable: true, details: [result] });
}

/** What could not be looked for is not there. */
async function found(plan: Plan): Promise<Pick<ScheduledResult, 'status' | 'sentence' | 'findings'>> {
  try {
    const { findings } = await lookAround({ goLive: refOf(plan), plan });
    const refused = refusing(plan.mode, findings);
    return {
      status: refused.length === 0 ? 'there' : 'missing',
      sentence: missingSentence(refused, findings),
      findings,
    };
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { status: 'inconclusive', sentence: `It could not be looked for: ${failureOf(error).message}` };
  }
}
