import { ApplicationFailure } from '@temporalio/common';
import { planDigestOf } from '../../client/go-live/launch.js';
import type { ScheduleRight } from '../../model/plan/calendar.js';
import type { Plan } from '../../model/plan/plan.js';
import { changeOf, SCHEDULED, type ScheduledStart, scheduledTarget, withChange } from '../../model/plan/schedule.js';
import type { OpenEvidence } from '../../model/state/contract.js';
import { type Signed, startExpected, STATEMENT_TYPE } from '../../model/signing/signing.js';
import type { GoLiveStart } from '../../workflows/inputs.js';
import { FakeWorld } from './fake-world.js';
import { phase, plan, step } from './plans.js';
import { SshKeys } from './ssh.js';

/** The keys of the people; a test file that uses them removes them in the end. */
export const ssh = new SshKeys();
/** A calendar of which nothing is due while a test runs. */
export const never = { cron: '0 3 29 2 *', timezone: 'UTC' };

/** The plan of a schedule's runs, before one of them has its change. */
export type Template = Plan & { schedule: NonNullable<Plan['schedule']> };

let number = 0;
/** The template of a schedule that looks once, on each whole second unless its right says otherwise. */
export function template(right: Partial<ScheduleRight> = {}, more: Partial<Plan> = {}): Template {
  number += 1;
  const target = scheduledTarget(`signed-${process.pid}-${number}`, 'look');
  const schedule: ScheduleRight = {
    id: 'look',
    times: { everyMs: 1000, timezone: 'UTC' },
    catchUpMs: 60_000,
    blackouts: [],
    endsAt: new Date(Date.now() + 3_600_000).toISOString(),
    ...right,
  };
  const made = plan([phase('look', [step('a')])], {
    mode: 'live',
    target: { id: target, variables: {} },
    goLiveId: `${target}/${SCHEDULED}`,
    change: SCHEDULED,
    schedule,
    people: { Ada: ['sre', 'cto'], Bo: ['sre'] },
    signing: {
      level: 'signed',
      signers: ssh.line('ada@x', 'ada') + ssh.line('bo@x', 'bo') + ssh.line('mal@x', 'mal'),
      principals: { Ada: 'ada@x', Bo: 'bo@x' },
    },
    ...more,
  });
  return {
    ...made,
    schedule: more.schedule ?? schedule,
    evidence: { ...made.evidence, directory: `/evidence/${made.goLiveId}` },
  };
}

export const DAY_MS = 86_400_000;
const PRINCIPALS: Record<string, string> = { Ada: 'ada@x', Bo: 'bo@x' };

/** A signature over the start of a plan; by default over a template, made longer ago than any approval holds. */
export function signedBy(key: string, made: Plan, by = 'Ada', reason?: string, agoMs = 10 * DAY_MS): Signed {
  return ssh.statement(key, {
    ...startExpected(made.goLiveId, planDigestOf(made), by, reason),
    type: STATEMENT_TYPE,
    principal: PRINCIPALS[by] ?? 'mal@x',
    issuedAt: new Date(Date.now() - agoMs).toISOString(),
    expiresAt: new Date(Date.now() - agoMs + DAY_MS).toISOString(),
  });
}

/** Refuses what the evidence of another run holds, as the real store does; else a fake world. */
export class KeepingWorld extends FakeWorld {
  private readonly opened = new Map<string, string>();
  override activities(kinds: readonly string[]): ReturnType<FakeWorld['activities']> {
    const openEvidence = async ({ goLive, plan: text }: OpenEvidence): Promise<void> => {
      const standing = this.opened.get(goLive.id);
      if (standing !== undefined && standing !== JSON.stringify(text))
        throw ApplicationFailure.nonRetryable('Conflict: the evidence of another plan.', 'CONFLICT');
      this.opened.set(goLive.id, JSON.stringify(text));
    };
    return { ...super.activities(kinds), openEvidence };
  }
}

/** What a schedule, or whoever copies one, starts. */
export const startOf = (
  made: Template,
  signed: Signed | undefined,
  asked?: ScheduledStart['asked'],
): ScheduledStart => ({
  schedule: {
    times: never,
    catchUpMs: 60_000,
    blackouts: [],
    ...made.schedule,
    title: 'Look',
    pauseOnFailure: false,
    plan: made,
  },
  appliedBy: 'Ada',
  ...(signed ? { signed } : {}),
  ...(asked ? { asked } : {}),
});

/** The start of one run, as somebody writes it who has read a schedule's template and signature. */
export const goLiveOf = (made: Plan, due: Date, more: Partial<GoLiveStart> = {}): GoLiveStart => {
  const one = withChange(made, changeOf(due));
  return { plan: one, planDigest: planDigestOf(one), startedBy: 'Ada', signed: signedBy('ada', made), ...more };
};
