import { afterAll, expect } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pino } from 'pino';
import { errnoOf } from '../../host/errno.js';
import { stepCalls } from '../../kinds/hands.js';
import type { StepCall } from '../../activities/step/step.js';
import { stepFolder } from '../../activities/step/step-evidence.js';
import { stepActivity } from '../../activities/deed/attempt.js';
import type { GoLiveRef, StepResult, StepTask } from '../../model/state/contract.js';
import { FAILURES, type StepFailure } from '../../model/failure.js';
import { mayBeTriedAgain } from '../../activities/step/failure.js';
import type { JsonObject } from '../../model/json.js';
import type { Effect } from '../../model/plan/plan.js';
import { MockActivity } from './mock-activity.js';
import { eventually as until } from './until.js';

/** What a run of a wrapped activity came to. Exactly one of `result`, `failure`, `cancelled` is set. */
export interface StepRun {
  result?: StepResult;
  failure?: StepFailure;
  cancelled: boolean;
  /** Whether Temporal would try again. */
  retryable: boolean;
  /** When the next attempt is wanted, where it is not by the step's own pauses. */
  retryInMs?: number | undefined;
  heartbeats: unknown[];
  durationMs: number;
  /** The task as it was run: give it to `undoOf`, or run it again. */
  task: StepTask;
  /** The step's evidence folder. */
  folder: string;
}

export interface RunOverrides {
  part?: 'do' | 'undo';
  task?: Partial<StepTask> & { effect?: Effect };
  goLive?: Partial<GoLiveRef>;
  /** Temporal's attempt number. */
  attempt?: number;
  env?: NodeJS.ProcessEnv;
  /** The cancellation is that of a worker which is shut down. */
  drained?: boolean;
  /** How many tries the server allows; one, unless it is said. */
  attempts?: number;
  /** Cancels the activity when it resolves. */
  cancelWhen?: (run: { folder: string; evidenceDir: string }) => Promise<unknown>;
  /** Takes each line of the worker's log. */
  log?: (line: string) => void;
  /** Runs this instead of the kind's own hands. */
  call?: StepCall;
  runId?: string;
  /** Nobody has begun a bundle there, or it is gone. */
  bundleGone?: boolean;
}

const folders: string[] = [];

/** A temporary folder that is gone after the suite. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'golive-step-'));
  folders.push(folder);
  return folder;
}

afterAll(() => {
  // The lock of a record that is not sealed lies beside it.
  for (const folder of folders.splice(0))
    for (const path of [folder, join(dirname(folder), `.${basename(folder)}.lock`)])
      rmSync(path, { recursive: true, force: true });
});

/** A task with everything that a test does not care for. */
export function taskFor(
  input: JsonObject,
  overrides: { task?: Partial<StepTask>; goLive?: Partial<GoLiveRef> } = {},
): StepTask {
  const base = overrides.goLive?.baseDir ?? overrides.goLive?.evidenceDir ?? temporaryFolder();
  const goLive: GoLiveRef = {
    id: 'shop/change-1',
    target: 'shop',
    change: 'change-1',
    runbook: 'kit',
    mode: 'rehearse',
    timeScale: 1,
    baseDir: base,
    evidenceDir: join(base, 'evidence'),
    ...overrides.goLive,
  };
  return {
    phase: '1-kit',
    phaseAttempt: 1,
    step: 'step',
    title: 'A step of the kit',
    epoch: 1,
    guards: [],
    timeoutMs: 120_000,
    ...overrides.task,
    goLive,
    input,
  };
}

/** What stands in a bundle before any step: the plan, and a log. Where nothing can be written, a step finds that out. */
export function beginBundle(evidenceDir: string): void {
  const plan = join(evidenceDir, 'data', 'plan.json');
  if (existsSync(plan)) return;
  try {
    mkdirSync(dirname(plan), { recursive: true });
    writeFileSync(plan, '{}\n');
    writeFileSync(join(dirname(plan), 'events.jsonl'), '', { flag: 'a' });
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}

/** Runs a kind's wrapped activity as a worker would, in a temporary evidence folder unless one is given. */
export async function runStep(kind: string, input: JsonObject, overrides: RunOverrides = {}): Promise<StepRun> {
  return runTask(kind, taskFor(input, overrides), overrides);
}

/** Runs a wrapped activity on a task that a test made itself or got from an earlier run. */
export async function runTask(kind: string, task: StepTask, overrides: RunOverrides = {}): Promise<StepRun> {
  const call = overrides.call ?? stepCalls.call(kind, overrides.part ?? 'do');
  const activity = stepActivity(call, {
    logger: overrides.log ? pino({ base: null }, { write: overrides.log }) : pino({ level: 'silent' }),
    kinds: stepCalls,
    env: overrides.env ?? process.env,
  });
  const environment = new MockActivity({
    attempt: overrides.attempt ?? 1,
    retryPolicy: { maximumAttempts: overrides.attempts ?? 1 },
    activityType: kind,
    base64TaskToken: randomUUID(),
    workflowExecution: { workflowId: 'kit', runId: overrides.runId ?? 'run-1' },
  });
  const { heartbeats } = environment;
  const { evidenceDir } = task.goLive;
  const folder = stepFolder(evidenceDir, task);
  if (!overrides.bundleGone) beginBundle(evidenceDir);
  const begun = performance.now();
  let ended = false;
  const running = environment.run(activity, task);
  const run = { task, folder, heartbeats, cancelled: false, retryable: false };
  const cancelling = overrides.cancelWhen?.({ folder, evidenceDir }).then(() => {
    if (ended) return;
    environment.cancel(overrides.drained ? 'WORKER_SHUTDOWN' : 'CANCELLED');
  });
  try {
    const result = await running;
    return { ...run, result, durationMs: performance.now() - begun };
  } catch (error) {
    const durationMs = performance.now() - begun;
    if (nameOf(error) === 'CancelledFailure') return { ...run, cancelled: true, durationMs };
    if (nameOf(error) !== 'ApplicationFailure') throw error;
    const { details, nonRetryable, nextRetryDelay } = error as {
      details?: unknown[];
      nonRetryable?: boolean;
      nextRetryDelay?: number;
    };
    const failure = details?.[0] as StepFailure;
    return { ...run, failure, retryable: !nonRetryable, retryInMs: nextRetryDelay, durationMs };
  } finally {
    ended = true;
    await cancelling;
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** The task that undoes a run's deed with the kind's own undo. */
export function undoOf(task: StepTask, outputs?: JsonObject): StepTask {
  const { phase, phaseAttempt, step, epoch } = task;
  return {
    ...task,
    phase: 'R1',
    step: `undo-${step}`,
    until: undefined,
    guards: [],
    undoes: { phase, phaseAttempt, step, epoch, ...(outputs ? { outputs } : {}) },
  };
}

/** The result of a run that must have passed. */
export function passed(run: StepRun): StepResult {
  if (run.result) return run.result;
  throw new Error(run.cancelled ? 'The step was cancelled.' : `${run.failure?.code}: ${run.failure?.message}`);
}

/** The failure of a run that must have failed, checked to be one that helps a person. */
export function failed(run: StepRun): StepFailure {
  if (!run.failure) throw new Error(`The step did not fail: ${JSON.stringify(run.result ?? 'cancelled')}`);
  const { code, message, hint } = run.failure;
  // The details are what a handler sent: a code that is not in the table must not pass.
  expect(Object.keys(FAILURES)).toContain(code);
  expect(run.retryable).toBe(mayBeTriedAgain(code, run.task));
  expect(message.length).toBeGreaterThan(10);
  expect(Buffer.byteLength(message)).toBeLessThanOrEqual(1024);
  expect(message).not.toMatch(/\n\s+at /);
  expect(hint?.length).toBeGreaterThan(5);
  return run.failure;
}

/** Lines of the event log, or of another file of JSON lines. */
export function eventsOf(evidenceDir: string, file = join('data', 'events.jsonl')): JsonObject[] {
  const path = join(evidenceDir, file);
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as JsonObject);
}

/** Waits until the condition holds, looking often. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 10_000,
): Promise<void> {
  await until(what, withinMs, holds, 20);
}

/** Command lines of the processes that run now and hold this text in theirs. */
export function processesWith(text: string): string[] {
  const list = execFileSync('ps', ['-eo', 'stat=,pid=,args='], { encoding: 'utf8' }).split('\n');
  return list.filter((line) => line.includes(text) && !line.trimStart().startsWith('Z'));
}
