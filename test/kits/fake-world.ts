import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { checkSignatures } from '../../activities/people/signatures.js';
import type { EventDraft, SampleTask, StepResult, StepTask, SystemActivities } from '../../model/state/contract.js';
import type { JsonObject } from '../../model/json.js';
import type { SampleRecord } from '../../model/judge/window.js';

/**
 * Stands in for the outside: it records every deed and undo in order, and does as the test says. Only the
 * workflows are under test with it; the real hands have tests of their own.
 */
export class FakeWorld {
  readonly deeds: string[] = [];
  readonly events: EventDraft[] = [];
  /** Steps that fail (`phase.step`), with how many times; undos are `undo phase.step`. */
  readonly broken = new Map<string, number>();
  /** Steps of which it is not known whether they were done, the first time. */
  readonly doubtful = new Set<string>();
  /** Steps that hang until they are cancelled. */
  readonly hanging = new Set<string>();
  outputs: (task: StepTask) => JsonObject = () => ({ ok: 1 });

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

  private readonly act = async (task: StepTask): Promise<StepResult> => {
    const name = `${task.phase}.${task.step}`;
    if (this.hanging.has(name)) {
      this.deeds.push(name);
      const beat = setInterval(() => Context.current().heartbeat(), 200);
      try {
        await Context.current().cancelled;
      } catch (error) {
        await sleep(50);
        this.deeds.push(`stopped ${name}`);
        if (error instanceof CancelledFailure) throw error;
      } finally {
        clearInterval(beat);
      }
    }
    this.break(name);
    this.deeds.push(name);
    return { outputs: this.outputs(task), summary: 'done', evidence: [] };
  };

  private readonly undo = async (task: StepTask): Promise<StepResult> => {
    const name = `undo ${task.undoes?.phase ?? ''}.${task.undoes?.step ?? ''}`;
    this.break(name);
    this.deeds.push(name);
    return { outputs: {}, summary: 'undone', evidence: [] };
  };

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
      appendEvents: async ({ events }) => void this.events.push(...events),
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
      windowEvidence: async ({ tally }) => ({ outputs: { ...tally }, summary: 'window', evidence: [] }),
      sendNotice: async ({ title }) => void this.events.push({ type: 'notice', title }),
    };
    return {
      ...system,
      ...Object.fromEntries(
        kinds.flatMap((kind) => [
          [kind, this.act],
          [`undo ${kind}`, this.undo],
          [`sample ${kind}`, this.sample],
        ]),
      ),
    };
  }
}
