import { defineSearchAttributeKey, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ApplicationFailure, executeChild, ParentClosePolicy, workflowInfo } from '@temporalio/workflow';
import { planMarkdown } from '../model/state/board.js';
import { blackoutAt, changeOf, type ScheduledResult, type ScheduledStart, withChange } from '../model/plan/schedule.js';
import { labelsOf } from '../model/state/search-attributes.js';
import type { GoLiveState } from '../model/state/state.js';
import { mayGoOn } from '../model/verdict.js';
import type { goLive } from './go-live.js';
import { digestOf } from './session.js';

const DUE = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

/**
 * One run of a schedule: nothing within a blackout that nobody overrides, nothing beside a run that still goes on, else a
 * go-live of its own. Fails when the go-live does and the schedule is to pause then: that is how Temporal knows.
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
  let state: GoLiveState;
  try {
    state = await executeChild<typeof goLive>('goLive', {
      workflowId: target,
      args: [
        {
          plan,
          planDigest: digestOf(plan),
          startedBy,
          because: `schedule ${schedule.id}${over}`,
          ...(proof ? { signed: proof } : {}),
          ...(blackout && asked?.override !== undefined ? { override: asked.override } : {}),
        },
      ],
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
