import { randomUUID } from 'node:crypto';
import { CancelledFailure, Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Logger } from 'pino';
import { type StepResult, type StepTask, WORKER_SHUTDOWN } from '../../model/state/contract.js';
import { outputsThatTravel } from '../../model/state/travel.js';
import { formatDuration } from '../../model/duration.js';
import { type FailureCode, FAILURES, type StepFailure } from '../../model/failure.js';
import { canonicalJson } from '../../model/json.js';
import { sha256 } from '../../evidence/durable.js';
import { lastWords } from '../step/last-words.js';
import { failpoint } from '../../host/failpoint.js';
import { failureOf, mayBeTriedAgain, toApplicationFailure } from '../step/failure.js';
import { type Heartbeat, startHeartbeat } from '../step/heartbeat.js';
import { type FencedEvidence, openStepEvidence } from '../step/step-evidence.js';
import { recordFailure } from '../step/step-events.js';
import type { StepCall, StepCalls } from '../step/step.js';
import { StepError } from '../step/step-error.js';
import { Secrets } from './capabilities.js';
import { attemptDeed } from './deed.js';
import { acquireDeed } from './fence.js';
import { effectOf } from './perform.js';
import { withJournal } from './promises.js';
import { checkSealedHome } from './sealed-home.js';

/** Codes that an abort may have caused, wherever the handler stood. */
const CAUSED_BY_ABORT: readonly FailureCode[] = [
  'CANCELLED',
  'INTERNAL',
  'CONNECTION_FAILED',
  'TIMED_OUT',
  'COMMAND_FAILED',
];

const DRAINED = 'The worker was shut down while the step ran; it goes on with another.';

export interface StepDeps {
  /** What a worker can do; a probe is a step of one of these kinds. */
  kinds: StepCalls;
  logger: Logger;
  /** The worker's environment; commands get an allow-listed part of it. */
  env: NodeJS.ProcessEnv;
  /** Path of the private key that seals evidence. */
  evidenceKey?: string | undefined;
}

/** One call of the activity, from its first beat to its last. */
interface Call {
  call: StepCall;
  task: StepTask;
  kinds: StepCalls;
  env: NodeJS.ProcessEnv;
  evidenceKey: string | undefined;
  logger: Logger;
  activity: Context;
  heartbeat: Heartbeat;
  timeout: AbortSignal;
  budgetMs: number;
  begun: number;
  inputs: string;
  secrets: Secrets;
  /** Set as soon as this attempt has taken the step's folder over. */
  evidence?: FencedEvidence;
}

/**
 * Makes the activity of a kind: parses the input, beats, bounds the time, records what happens before and after,
 * and turns every error into one that says what happened, where, and what to do next.
 */
export function stepActivity(call: StepCall, deps: StepDeps): (task: StepTask) => Promise<StepResult> {
  return async (task) => {
    const timeout = new AbortController();
    const budgetMs = handlerBudget(task.timeoutMs);
    const of: Call = {
      call,
      task,
      kinds: deps.kinds,
      env: deps.env,
      evidenceKey: deps.evidenceKey,
      logger: deps.logger.child({ goLive: task.goLive.id, phase: task.phase, step: task.step, kind: call.name }),
      activity: Context.current(),
      heartbeat: startHeartbeat(),
      timeout: timeout.signal,
      budgetMs,
      begun: performance.now(),
      inputs: sha256(canonicalJson(task.input)),
      secrets: new Secrets(),
    };
    const timer = setTimeout(() => timeout.abort(), Math.min(budgetMs, 2 ** 31 - 1));
    try {
      const result = await attemptAlone(of);
      of.logger.info(endOf(of), 'a step is done');
      return result;
    } catch (error) {
      throw await reportFailure(of, error);
    } finally {
      clearTimeout(timer);
      of.heartbeat.stop();
    }
  };
}

/** Makes the attempt once no earlier one acts any more. */
async function attemptAlone(of: Call): Promise<StepResult> {
  await checkSealedHome(of.task);
  of.task = await withJournal(of.task);
  of.inputs = sha256(canonicalJson(of.task.input));
  const { task, call, activity, begun, budgetMs } = of;
  const evidence = await openStepEvidence(task, `${activity.info.base64TaskToken}.${randomUUID()}`);
  of.evidence = evidence;
  const stop = AbortSignal.any([activity.cancellationSignal, of.timeout]);
  const fence = await acquireDeed(task, evidence, effectOf(task, call), stop);
  try {
    const { progress } = of.heartbeat;
    const result = await attemptDeed({ ...of, evidence, signal: fence.signal, deadline: begun + budgetMs, progress });
    failpoint('before-report', task.step);
    // The whole stands in the evidence and in the journal.
    return { ...result, outputs: outputsThatTravel(result.outputs, task.reads) };
  } finally {
    await fence.release();
  }
}

/** Records how the attempt failed. @returns what Temporal is told */
async function reportFailure(of: Call, error: unknown): Promise<Error> {
  const { activity, timeout, heartbeat, logger, secrets, task } = of;
  const read = failureOf(error, secrets.redact);
  const failure = timeout.aborted ? timedOut(read, task.timeoutMs, heartbeat.latest()?.text) : read;
  const isStopped = activity.cancellationSignal.aborted;
  const ended = isStopped ? stopped(failure, isDrained(activity)) : failure;
  if (failure.code === 'INTERNAL') logger.error({ err: withoutSecrets(error, secrets) }, 'a step failed by a defect');
  logger.warn({ ...endOf(of), code: ended.code }, isStopped ? 'a step was stopped' : 'a step failed');
  const again = isStopped ? isDrained(activity) : isTriedAgain(ended, of);
  const recorded = await recordFailure(of, ended, of.begun, again);
  return isStopped ? cancellation(activity) : toApplicationFailure(recorded, task);
}

/** What the worker's log says of each attempt; what it said and what it measured stands in the evidence. */
function endOf({ call, activity, begun }: Call) {
  return { part: call.part, attempt: activity.info.attempt, ms: Math.round(performance.now() - begun) };
}

/** Whether the worker is being shut down: then the step goes on with another. */
function isDrained({ cancellationDetails }: Context): boolean {
  return cancellationDetails?.workerShutdown ?? false;
}

/** Whether the server lets it be tried again. */
function isTriedAgain(failure: StepFailure, { activity, task }: Call): boolean {
  const { attempt, retryPolicy } = activity.info;
  const most = retryPolicy?.maximumAttempts ?? 1;
  return attempt < most && mayBeTriedAgain(failure.code, task);
}

function withoutSecrets(error: unknown, { values, redact }: Secrets): unknown {
  if (values.length === 0 || !(error instanceof Error)) return error;
  return Object.assign(new Error(redact(error.message)), { name: error.name, stack: redact(error.stack ?? '') });
}

/** The handler must end before the server gives the attempt up: a tenth earlier, between 50 ms and 5 s. */
function handlerBudget(timeoutMs: number): number {
  return Math.max(1, timeoutMs - Math.min(5000, Math.max(50, timeoutMs / 10)));
}

function timedOut(failure: StepFailure, timeoutMs: number, latest: string | undefined): StepFailure {
  if (!CAUSED_BY_ABORT.includes(failure.code)) return failure;
  const seen = latest ? ` The last that was seen of it: ${latest}` : '';
  const { said, hint, facts, evidence } = failure;
  const { clause } = lastWords(said ?? '');
  const message = `The step was not done within ${formatDuration(timeoutMs)} and was stopped${clause}.${seen}`;
  // Where its command stands in the log is known better than by the catalogue.
  const own = hint === FAILURES[failure.code].next ? {} : { hint };
  return { ...failureOf(new StepError('TIMED_OUT', message)), ...own, ...(said ? { said } : {}), facts, evidence };
}

function stopped(failure: StepFailure, drained: boolean): StepFailure {
  if (!CAUSED_BY_ABORT.includes(failure.code)) return failure;
  return failureOf(new StepError('CANCELLED', drained ? DRAINED : 'The step was stopped on request.'));
}

/** A worker that drains gives the step back to the next one; every other cancellation was asked for. */
function cancellation(activity: Context): Error {
  if (isDrained(activity)) {
    // Not for the server to repeat: the workflow does, without counting it as one of the step's attempts.
    return ApplicationFailure.create({ type: WORKER_SHUTDOWN, message: DRAINED, nonRetryable: true });
  }
  return new CancelledFailure('The step was stopped on request.');
}
