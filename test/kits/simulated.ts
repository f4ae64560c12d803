import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as macrotask } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { ActivityFailure, CancelledFailure, TemporalFailure } from '@temporalio/common';
import { ContinueAsNew } from '@temporalio/workflow';
import type { Plan } from '../../model/plan/plan.js';
import type { AppendEvents, StepTask } from '../../model/state/contract.js';
import type { GoLiveState, PhaseResult } from '../../model/state/state.js';
import type { Carried, GoLiveStart, PhaseInput } from '../../workflows/inputs.js';

/** Of a step, or of the evidence; other activities are given what nobody looks at. */
export type Argument = StepTask & AppendEvents & { plan: { plan: Plan } };

/** What is outside of the workflows: activities, and people who may say something whenever nothing else moves. */
export interface Outside {
  /** @throws what an activity throws */
  act(activity: string, argument: Argument): unknown;
  /** @returns whether they said something */
  speak(state: GoLiveState, send: (name: string, message: object) => unknown): boolean;
  /** How long an activity takes, in milliseconds; one, where nothing is said. */
  takesMs?(argument: Argument): number;
  /** Whether messages have made the history long: then the go-live goes on in a next execution. */
  crowded?(): boolean;
  /** It does, with what it carries. */
  handedOn?(carried: Carried): void;
}

interface Waiter {
  holds?: () => boolean;
  /** Milliseconds of the clock at which it ends by itself. */
  at: number;
  wake: (held: boolean) => void;
}

interface Here {
  run: Simulation;
  scope: Scope;
  workflowId: string;
  handlers: Map<string, Handler>;
}

/** Gives the state where it answers the query of it; what others give is only handed on. */
type Handler = (argument?: unknown) => GoLiveState;

const here = new AsyncLocalStorage<Here>();

function current(): Here {
  const store = here.getStore();
  if (!store) throw new Error('outside of a workflow');
  return store;
}

class Scope {
  private cancelled = false;
  private readonly listeners: ((error: Error) => void)[] = [];

  static current(): Scope {
    return current().scope;
  }

  static nonCancellable<T>(run: () => Promise<T>): Promise<T> {
    return new Scope().run(run);
  }

  run<T>(run: () => Promise<T>): Promise<T> {
    return here.run({ ...current(), scope: this }, run);
  }

  get cancelRequested(): Promise<never> {
    return new Promise((_, reject) => this.onCancel(reject));
  }

  onCancel(listener: (error: Error) => void): void {
    if (this.cancelled) listener(new CancelledFailure('cancelled'));
    else this.listeners.push(listener);
  }

  cancel(): void {
    this.cancelled = true;
    for (const listener of this.listeners.splice(0)) listener(new CancelledFailure('cancelled'));
  }
}

/** How often something may move in one go-live: far more than any needs, so that one without an end is found. */
const MOST_MOVES = 5000;
const FOR_EVER = Number.POSITIVE_INFINITY;

class Simulation {
  readonly waiters = new Set<Waiter>();
  /** What the execution before handed on. */
  carried: Carried | undefined;
  constructor(readonly outside: Outside) {}

  wait(ms: number, holds?: () => boolean): Promise<boolean> {
    return new Promise((resolve) => {
      const wake = (held: boolean): void => {
        this.waiters.delete(waiter);
        resolve(held);
      };
      const waiter: Waiter = { at: Date.now() + ms, wake, ...(holds ? { holds } : {}) };
      this.waiters.add(waiter);
    });
  }

  /** Takes a workflow to its end. When nothing moves, people speak; when they have nothing to say, time jumps. */
  async drive<T>(goLive: Here, running: Promise<T>): Promise<T> {
    let over = false;
    const done = running.finally(() => (over = true));
    done.catch(() => undefined);
    for (let moves = 0; !over; moves += 1) {
      await macrotask();
      if (moves > MOST_MOVES) throw new Error('it goes on for ever');
      if (over || this.wakeWhatHolds(goLive) || this.letSpeak(goLive)) continue;
      this.jump();
    }
    return done;
  }

  private wakeWhatHolds(goLive: Here): boolean {
    const ready = [...this.waiters].filter(({ holds }) => holds && here.run(goLive, holds));
    for (const { wake } of ready) wake(true);
    return ready.length > 0;
  }

  private letSpeak(goLive: Here): boolean {
    const state = goLive.handlers.get('query:state')?.();
    if (!state) return false;
    const send = (name: string, message: object): unknown =>
      here.run(goLive, () => goLive.handlers.get(`update:${name}`)?.(message));
    return this.outside.speak(state, send);
  }

  private jump(): void {
    const next = Math.min(FOR_EVER, ...[...this.waiters].map(({ at }) => at));
    if (next === FOR_EVER) throw new Error('it waits for what never comes');
    jest.setSystemTime(next);
    for (const { at, wake } of this.waiters) if (at <= next) wake(false);
  }
}

/** As on the way through a history: what one side changes, the other does not see. */
function copy<T>(value: T): T {
  if (value === undefined) return value;
  const copied: T = JSON.parse(JSON.stringify(value));
  return copied;
}

async function activity(name: string, task: Argument): Promise<unknown> {
  const { run, scope } = current();
  const stopped = new Promise<never>((_, reject) => scope.onCancel(reject));
  stopped.catch(() => undefined);
  await Promise.race([run.wait(run.outside.takesMs?.(task) ?? 1), stopped]);
  try {
    return copy(run.outside.act(name, copy(task)));
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error));
    throw new ActivityFailure('Activity task failed', name, '1', 'NON_RETRYABLE_FAILURE', 'simulated', cause);
  }
}

const NEVER = new Promise<never>(() => undefined);
let ids = 0;
const idle = (): undefined => undefined;
const define =
  (type: string) =>
  (name: string): string =>
    `${type}:${name}`;

type Phase = (input: PhaseInput) => Promise<PhaseResult>;

/** What workflows import from Temporal, simulated; `phase` is the workflow that `goLive` starts. */
function runtime(actual: object, phase: () => Phase): object {
  return {
    ...actual,
    CancellationScope: Scope,
    proxyActivities: () => new Proxy({}, { get: (_, name: string) => (task: Argument) => activity(name, task) }),
    executeChild: async (_: string, { workflowId, args }: { workflowId: string; args: [PhaseInput] }) => {
      const scope = new Scope();
      current().scope.onCancel(() => scope.cancel());
      const child = { ...current(), workflowId, scope, handlers: new Map<string, Handler>() };
      const running = here.run(child, () => phase()(copy(args[0])));
      // What is no failure of Temporal's does not end a workflow: its task is tried for ever.
      return copy(await running.catch((error) => (error instanceof TemporalFailure ? Promise.reject(error) : NEVER)));
    },
    condition: (holds: () => boolean, ms = FOR_EVER) => (holds() ? true : current().run.wait(ms, holds)),
    sleep: (ms: number) => current().run.wait(ms),
    setHandler: (name: string, handler: Handler) => current().handlers.set(name, handler),
    defineQuery: define('query'),
    defineSignal: define('signal'),
    defineUpdate: define('update'),
    workflowInfo: () => {
      const { workflowId, run } = current();
      const continueAsNewSuggested = run.outside.crowded?.() ?? false;
      const before = run.carried ? { continuedFromExecutionRunId: 'before' } : {};
      return { workflowId, historyLength: 1, historySize: 0, continueAsNewSuggested, ...before };
    },
    continueAsNew: (_: GoLiveStart, carried: Carried) => {
      const { run } = current();
      run.carried = copy(carried);
      run.outside.handedOn?.(run.carried);
      throw new ContinueAsNew({});
    },
    allHandlersFinished: () => true,
    patched: () => true,
    uuid4: () => `uuid-${(ids += 1)}`,
    setCurrentDetails: idle,
    upsertMemo: idle,
    upsertSearchAttributes: idle,
  };
}

/** When simulated go-lives begin. */
export const NOW = Date.parse('2026-01-01T00:00:00Z');

/** Only the clock is simulated; what Node does takes its own time. */
export function simulatedTime(): void {
  const real = ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate', 'setTimeout', 'clearTimeout'] as const;
  jest.useFakeTimers({ now: NOW, doNotFake: [...real, 'setInterval', 'clearInterval', 'hrtime', 'performance'] });
}

export type RunGoLive = (plan: Plan, outside: Outside) => Promise<GoLiveState>;

/**
 * The real workflows on a simulated Temporal, in which time jumps: a go-live takes a few milliseconds. What Temporal
 * itself does (histories, replay, retries, lost workers) is not in it.
 */
export async function simulatedWorkflows(): Promise<RunGoLive> {
  const actual = await import('@temporalio/workflow');
  jest.resetModules();
  let phaseOf: Phase | undefined;
  const phase: Phase = (input) => phaseOf?.(input) ?? Promise.reject(new Error('not loaded'));
  jest.unstable_mockModule('@temporalio/workflow', () => runtime(actual, () => phase));
  const { goLive, phase: loaded } = await import('../../workflows/index.js');
  phaseOf = loaded;
  return async (plan, outside) => {
    const run = new Simulation(outside);
    const root: Here = { run, scope: new Scope(), workflowId: plan.target.id, handlers: new Map() };
    const start = { plan: copy(plan), planDigest: 'p', startedBy: 'tester' };
    const execute = (): Promise<GoLiveState> =>
      goLive(start, run.carried).catch((error) => (error instanceof ContinueAsNew ? execute() : Promise.reject(error)));
    return run.drive(root, here.run(root, execute));
  };
}
