import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { checkSignatures } from '../../activities/people/signatures.js';
import type {
  CollectedPromise,
  SampleTask,
  SendNotice,
  StepResult,
  StepTask,
  SystemActivities,
} from '../../model/state/contract.js';
import type { EventDraft } from '../../model/evidence/events.js';
import type { Finding } from '../../model/preflight/finding.js';
import type { JsonObject } from '../../model/json.js';
import { type SampleRecord, windowOutcome } from '../../model/judge/window.js';

/** Whose deed: a step as the workflow opened it. */
export interface Deed {
  phase: string;
  attempt: number;
  step: string;
  epoch: number;
}

/** A deed, or a call that takes one back, begins or comes to its end. */
export interface Act {
  what: 'began' | 'done' | 'failed' | 'stopped';
  deed: Deed;
  /** Name of the activity: the kind, or `undo <kind>`. */
  activity: string;
  /** What the workflow gave it; with `undoes`, it takes the deed back. */
  task: Omit<StepTask, 'goLive' | 'guards'>;
  /** What it gave, when it is done. */
  outputs?: JsonObject;
}

/** What happened to the world, in order: acts, and what the workflow told its event log. */
export type Happening = Act | { what: 'told'; event: EventDraft };

/**
 * Stands in for the outside: it records every deed and undo in order, and does as the test says. Only the
 * workflows are under test with it; the real hands have tests of their own.
 */
export class FakeWorld {
  readonly record: Happening[] = [];
  readonly events: EventDraft[] = [];
  /** Steps that fail (`phase.step`), with how many times; undos are `undo phase.step`. */
  readonly broken = new Map<string, number>();
  /** Steps of which it is not known whether they were done, the first time. */
  readonly doubtful = new Set<string>();
  /** Steps that hang until they are cancelled. */
  readonly hanging = new Set<string>();
  /** What a hanging step still does between its cancellation and its end. */
  stopping: () => Promise<unknown> = () => sleep(50);
  /** What else happens while a step (`phase.step`) or its undo (`undo phase.step`) acts, the first time. */
  readonly during = new Map<string, () => Promise<unknown>>();
  /** What is found before it begins. */
  preflight: Finding[] = [];
  /** Files that an approval binds to, and that are not as they were when it was asked. */
  altered: string[] = [];
  /** How often they were looked at, and what happens meanwhile. */
  looks = 0;
  looking: () => Promise<void> = () => Promise.resolve();
  /** Notices that were to be sent. */
  readonly notices: SendNotice[] = [];
  /** What the deed of a kind gives. */
  outputs: (task: StepTask, kind: string) => JsonObject = () => ({ ok: 1 });
  /** What each step promised to take back before its deed, as its journal would keep it; a test may say that none can read it. */
  readonly journal: (CollectedPromise & { phase: string })[] = [];
  unreadable: string | undefined;

  /** Names of what was done, in order: `phase.step`, `undo phase.step`, `stopped phase.step`. */
  get deeds(): string[] {
    return this.record.flatMap((one) => {
      if (one.what === 'told' || one.what === 'failed') return [];
      const name = `${one.deed.phase}.${one.deed.step}`;
      if (one.what === 'began') return this.hanging.has(name) && !one.task.undoes ? [name] : [];
      if (one.what === 'stopped') return [`stopped ${name}`];
      return [one.task.undoes ? `undo ${name}` : name];
    });
  }

  /** Deeds that were done and not undone. */
  standing(): string[] {
    const stack: string[] = [];
    for (const deed of this.deeds) {
      if (deed.startsWith('undo '))
        stack.splice(stack.lastIndexOf(deed.slice(5)), stack.includes(deed.slice(5)) ? 1 : 0);
      else stack.push(deed);
    }
    return stack;
  }

  private break(name: string): void {
    if (this.doubtful.delete(name)) {
      const failure = { code: 'OUTCOME_UNKNOWN', message: `${name} must not be repeated` };
      throw ApplicationFailure.create({
        type: failure.code,
        nonRetryable: true,
        message: failure.message,
        details: [failure],
      });
    }
    const left = this.broken.get(name) ?? 0;
    if (left <= 0) return;
    this.broken.set(name, left - 1);
    throw ApplicationFailure.create({
      type: 'CHECK_FAILED',
      nonRetryable: true,
      message: `${name} is broken`,
      details: [{ code: 'CHECK_FAILED', message: `${name} is broken` }],
    });
  }

  /** Every activity of a step: its deed, its kind's own undo, and the calls of an `undo:` list. */
  private readonly act = async (given: StepTask): Promise<StepResult> => {
    const task = this.withPromisedInput(given);
    const { undoes } = task;
    const { phase, phaseAttempt: attempt, step, epoch } = undoes ?? task;
    const { activityType: activity } = Context.current().info;
    const note = (what: Act['what'], outputs?: JsonObject): void => {
      this.record.push({
        what,
        deed: { phase, attempt, step, epoch },
        activity,
        task,
        ...(outputs ? { outputs } : {}),
      });
    };
    const name = `${undoes ? 'undo ' : ''}${phase}.${step}`;
    note('began');
    if (!undoes && task.promise) {
      const calls = task.promise.calls.map((call) => ({ input: task.input, ...call }));
      this.journal.push({ phase, step, epoch, promise: { always: task.promise.always, calls } });
    }
    if (this.hanging.has(name)) await this.hang(() => note('stopped'));
    try {
      await this.takeDuring(name);
      this.break(name);
    } catch (error) {
      note('failed');
      throw error;
    }
    const outputs = undoes ? {} : this.outputs(task, activity);
    note('done', outputs);
    return { outputs, summary: undoes ? 'undone' : 'done', evidence: [] };
  };

  /** A long input of an undo stands in the journal, where the hands read it. */
  private withPromisedInput(task: StepTask): StepTask {
    const { undoes } = task;
    if (undoes?.call === undefined) return task;
    const { phase, step, epoch, call } = undoes;
    const kept = this.journal.findLast((one) => one.phase === phase && one.step === step && one.epoch === epoch);
    const input = kept && 'promise' in kept ? kept.promise.calls[call]?.input : undefined;
    return input ? { ...task, input } : task;
  }

  private async takeDuring(name: string): Promise<void> {
    const during = this.during.get(name);
    this.during.delete(name);
    await during?.();
  }

  private async hang(stopped: () => void): Promise<void> {
    const beat = setInterval(() => Context.current().heartbeat(), 200);
    try {
      await Context.current().cancelled;
    } catch (error) {
      await this.stopping();
      stopped();
      if (error instanceof CancelledFailure) throw error;
    } finally {
      clearInterval(beat);
    }
  }

  /** Samples in the order in which they were taken; green unless `broken` says otherwise. */
  readonly samples: SampleRecord[] = [];
  private readonly sample = async (task: SampleTask): Promise<SampleRecord> => {
    const { n, due, missed } = task.sample;
    const broken = this.broken.get(`${task.phase}.${task.step}.${n}`) !== undefined;
    const taken = { n, due, at: new Date().toISOString(), outcome: broken ? ('red' as const) : ('green' as const) };
    const record = missed === undefined ? taken : { n: missed, due, outcome: 'missed' as const };
    this.samples.push(record);
    return record;
  };

  /** Activities for a worker: every kind named, plus the system ones. */
  activities(kinds: readonly string[] = ['fake.act']): Record<string, (...args: never[]) => Promise<unknown>> {
    const system: SystemActivities = {
      openEvidence: async () => undefined,
      appendEvents: async ({ events }) => {
        this.events.push(...events);
        this.record.push(...events.map((event) => ({ what: 'told' as const, event })));
      },
      collectEvidence: async () => ({ digest: 'd1', files: 1, missing: [] }),
      closeEvidence: async () => ({
        bundle: '/b',
        report: '/b/report.html',
        signoff: '/b/s.md',
        key: 'SHA256:x',
        files: 1,
        bytes: 1,
      }),
      // Real: there is nothing to fake in a signature.
      checkSignatures: (request) => checkSignatures(request, process.env, Context.current().cancellationSignal),
      checkBound: async () => {
        this.looks += 1;
        await this.looking();
        return this.altered;
      },
      preflight: async () => ({ version: '', findings: this.preflight }),
      windowEvidence: async ({ plan, tally }) => ({
        outputs: tally ? { ...windowOutcome(plan, tally), firstDay: '2026-11-22', lastDay: '2026-11-28' } : {},
        summary: 'window',
        evidence: [],
      }),
      sendNotice: async (notice) => void this.notices.push(notice),
      collectPromises: async ({ phase, steps }) => {
        const asked = this.journal.filter((entry) => entry.phase === phase && steps.includes(entry.step));
        const unread = this.unreadable;
        return unread === undefined ? asked : asked.map(({ step, epoch }) => ({ step, epoch, unread }));
      },
    };
    return {
      ...system,
      ...Object.fromEntries(
        kinds.flatMap((kind) => [
          [kind, this.act],
          [`undo ${kind}`, this.act],
          [`sample ${kind}`, this.sample],
        ]),
      ),
    };
  }
}
