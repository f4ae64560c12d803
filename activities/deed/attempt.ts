import { randomUUID } from 'node:crypto';
import { CancelledFailure, Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { type StepProgress, type StepResult, type StepTask, WORKER_SHUTDOWN } from '../../model/state/contract.js';
import { formatDuration } from '../../model/duration.js';
import type { FailureCode } from '../../model/failure.js';
import { canonicalJson, type JsonObject } from '../../model/json.js';
import type { Effect } from '../../model/plan/plan.js';
import { createContext } from './context.js';
import { sha256 } from '../../evidence/durable.js';
import { failpoint } from '../../host/failpoint.js';
import { failureOf, toApplicationFailure } from '../step/failure.js';
import { holdDeed } from './fence.js';
import { startHeartbeat } from '../step/heartbeat.js';
import { type Doubt, endLeftoversOf, LEDGERS, type Ledger, openLedger, outcomeUnknown } from './ledger.js';
import { probe } from './probe.js';
import { type FencedEvidence, openStepEvidence, stepFolder } from '../step/step-evidence.js';
import { type Failure, record, recordFailure, resultFacts, startFacts } from '../step/step-events.js';
import type { StepCall, StepCalls, StepContext, StepOutcome } from '../step/step.js';
import { StepError } from '../step/step-error.js';
import { repeatUntil } from './until.js';

const OUTPUT_BYTES = 32 * 1024;
/** Codes that an abort may have caused, wherever the handler stood. */
const CAUSED_BY_ABORT: readonly FailureCode[] = [
  'CANCELLED',
  'INTERNAL',
  'CONNECTION_FAILED',
  'TIMED_OUT',
  'COMMAND_FAILED',
];

export interface StepDeps {
  /** What a worker can do; a probe is a step of one of these kinds. */
  kinds: StepCalls;
  logger: Logger;
  /** The worker's environment; commands get an allow-listed part of it. */
  env: NodeJS.ProcessEnv;
}

/** Everything that one attempt works with. */
interface Attempt {
  call: StepCall;
  task: StepTask;
  deps: StepDeps;
  evidence: FencedEvidence;
  signal: AbortSignal;
  deadline: number;
  inputs: string;
  progress(progress: StepProgress): void;
}

/**
 * Makes the activity of a kind: parses the input, beats, bounds the time, records what happens before and after,
 * and turns every error into one that says what happened, where, and what to do next.
 */
export function stepActivity(call: StepCall, deps: StepDeps): (task: StepTask) => Promise<StepResult> {
  return async (task) => {
    const activity = Context.current();
    const heartbeat = startHeartbeat();
    const begun = performance.now();
    const budgetMs = handlerBudget(task.timeoutMs);
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), Math.min(budgetMs, 2 ** 31 - 1));
    const logger = deps.logger.child({ goLive: task.goLive.id, phase: task.phase, step: task.step, kind: call.name });
    let evidence: FencedEvidence | undefined;
    const inputs = sha256(canonicalJson(task.input));
    try {
      evidence = await openStepEvidence(task, `${activity.info.base64TaskToken}.${randomUUID()}`);
      const fence = await holdDeed(
        task,
        evidence,
        effectOf(task, call),
        AbortSignal.any([activity.cancellationSignal, timeout.signal]),
      );
      try {
        const { progress } = heartbeat;
        const deadline = begun + budgetMs;
        const parts = { call, task, deps: { ...deps, logger }, evidence, signal: fence.signal, deadline, inputs };
        const result = await act({ ...parts, progress }, begun);
        failpoint('before-report', task.step);
        return result;
      } finally {
        await fence.release();
      }
    } catch (error) {
      const latest = heartbeat.latest()?.text;
      const failure = timeout.signal.aborted ? timedOut(failureOf(error), budgetMs, latest) : failureOf(error);
      const ended = activity.cancellationSignal.aborted ? stopped(failure) : failure;
      if (failure.code === 'INTERNAL') logger.error({ err: error }, 'a step failed by a defect');
      const recorded = await recordFailure({ call, task, evidence, inputs }, ended, begun);
      if (activity.cancellationSignal.aborted) throw cancellation(activity);
      throw toApplicationFailure(recorded);
    } finally {
      clearTimeout(timer);
      heartbeat.stop();
    }
  };
}

/** The handler must end before the server gives the attempt up: a tenth earlier, between 50 ms and 5 s. */
function handlerBudget(timeoutMs: number): number {
  return Math.max(1, timeoutMs - Math.min(5000, Math.max(50, timeoutMs / 10)));
}

async function act(attempt: Attempt, begun: number): Promise<StepResult> {
  const { call, task, evidence, inputs } = attempt;
  const { info } = Context.current();
  const run = info.workflowExecution?.runId ?? '';
  if (task.undoes) await endLeftoversOf(stepFolder(task.goLive.evidenceDir, task.undoes));
  const effect = effectOf(task, call);
  const argv = task.input.argv === undefined ? {} : { argv: sha256(JSON.stringify(task.input.argv)) };
  const deed = { epoch: task.epoch, attempt: info.attempt, run, inputs, effect, ...argv };
  const ledger = await openLedger(task, evidence, deed, LEDGERS[call.part]);
  try {
    if (ledger.outcome) {
      await record(task, call, 'done', { ...resultFacts(ledger.outcome), recovered: true });
      return ledger.outcome;
    }
    const input = parseInput(call.kind.input, task.input, call.name);
    const context = createContext({
      task,
      attempt: info.attempt,
      signal: attempt.signal,
      deadline: attempt.deadline,
      evidence,
      ledger,
      logger: attempt.deps.logger,
      env: attempt.deps.env,
      onProgress: attempt.progress,
    });
    if (ledger.doubt) {
      const found = await settle(attempt, ledger, context);
      if (found) {
        await ledger.done(found);
        await record(task, call, 'done', { ...resultFacts(found), recovered: true, probed: true });
        return found;
      }
    }
    await record(task, call, 'started', startFacts(task, inputs, info.attempt));
    failpoint('before-intent', task.step);
    await ledger.intent();
    failpoint('after-intent', task.step);
    let result: StepResult;
    try {
      result = await perform(call, input, context);
    } catch (error) {
      // An attempt that was cut off may have acted: its intent stays without an outcome.
      if (attempt.signal.aborted) throw error;
      const doubt = effect === 'once' ? doubtAfter(error, argv) : undefined;
      const done = doubt && (await settle(attempt, { doubt }, context).catch(stillInDoubt(task, doubt)));
      if (!done) {
        const failed = ledger.failed(failureOf(error).code);
        await (effect === 'once'
          ? failed.catch((cause: unknown) => stillInDoubt(task, unwritten(cause))(cause))
          : failed);
        throw error;
      }
      result = done;
    }
    failpoint('after-act', task.step);
    await evidence.mayWrite();
    try {
      await ledger.done(result);
      failpoint('after-outcome', task.step);
      await record(task, call, 'done', { ...resultFacts(result), durationMs: Math.round(performance.now() - begun) });
    } catch (error) {
      // It was done, and that could not be written down: trying again from the start would be a second deed.
      const doubt = effect === 'once' ? doubtAfter(error, argv) : undefined;
      throw doubt ? outcomeUnknown(task, doubt) : error;
    }
    return result;
  } finally {
    await ledger.close();
  }
}

/**
 * Asks the step's probe whether a deed in doubt was done.
 *
 * @returns what stands for its result when it was done; undefined when it was not and may be done now
 * @throws StepError OUTCOME_UNKNOWN without a probe, or when the probe does not say
 */
async function settle(
  attempt: Attempt,
  { doubt }: Pick<Ledger, 'doubt'>,
  context: StepContext,
): Promise<StepResult | undefined> {
  const { task, call } = attempt;
  if (!doubt) return undefined;
  if (!task.probe) throw outcomeUnknown(task, doubt);
  const found = await probe(task.probe, context, attempt.deps.kinds);
  await record(task, call, 'probed', { answer: found.answer, found: found.sentence });
  if (found.answer === 'unknown') throw outcomeUnknown(task, doubt, found.sentence);
  if (found.answer === 'not-done') return undefined;
  const summary = `It was done before its worker was lost: the probe says so. ${found.sentence}`;
  return { outputs: {}, summary, evidence: context.evidence.refs() };
}

/** A failure that leaves open whether the deed was done: its command was killed, or what it did could not be recorded. */
function doubtAfter(error: unknown, argv: { argv?: string }): Doubt | undefined {
  const { code, facts, message } = failureOf(error);
  const known: JsonObject = argv.argv ? { argvSha256: argv.argv } : {};
  if (code === 'EVIDENCE_UNWRITABLE') return { reason: `its outcome could not be recorded (${message})`, facts: known };
  if (typeof facts?.signal !== 'string') return undefined;
  return { reason: `its command was ended by ${facts.signal}`, facts: { ...known, signal: facts.signal } };
}

/** Whatever hinders settling a doubt leaves it one: a full disk must not turn it into a failure that may be retried. */
function stillInDoubt(task: StepTask, doubt: Doubt): (error: unknown) => never {
  return (error) => {
    const failure = failureOf(error);
    throw failure.code === 'OUTCOME_UNKNOWN' ? error : outcomeUnknown(task, doubt, `And then: ${failure.message}`);
  };
}

function unwritten(error: unknown): Doubt {
  return { reason: `how it ended could not be recorded (${failureOf(error).message})`, facts: {} };
}

/** What the step declared, or else its kind. An undo may be done twice, whatever it is made of. */
function effectOf(task: StepTask, call: StepCall): Effect {
  if (call.part === 'undo') return 'none';
  if (task.undoes) return 'idempotent';
  return task.effect ?? call.kind.effect;
}

async function perform(call: StepCall, input: unknown, context: StepContext): Promise<StepResult> {
  if (call.part === 'undo') {
    if (!call.handler.undo) throw new StepError('INTERNAL', `The kind ${call.name} has no undo of its own.`);
    const { summary } = await call.handler.undo(input, context);
    return { outputs: {}, summary, evidence: context.evidence.refs() };
  }
  const look = (): Promise<StepOutcome<JsonObject>> => call.handler.do(input, context);
  const { until } = context.task;
  const { outputs, summary } = until ? await repeatUntil(until, look, context) : await look();
  return { outputs: checkOutputs(call, outputs), summary, evidence: context.evidence.refs() };
}

function checkOutputs(call: StepCall, outputs: JsonObject): JsonObject {
  const parsed = call.kind.outputs.safeParse(outputs);
  if (!parsed.success) {
    throw new StepError('INTERNAL', `The outputs of ${call.name} are not as declared: ${issuesText(parsed.error)}.`);
  }
  const bytes = Buffer.byteLength(JSON.stringify(parsed.data));
  if (bytes > OUTPUT_BYTES) {
    throw new StepError(
      'INTERNAL',
      `The outputs of ${call.name} are ${bytes} bytes; at most ${OUTPUT_BYTES} may be kept outside the evidence.`,
    );
  }
  return parsed.data as JsonObject;
}

/** @throws StepError BAD_INPUT that names the path of each value */
export function parseInput(schema: z.ZodObject, input: JsonObject, kind: string): unknown {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new StepError('BAD_INPUT', `The input of ${kind} cannot be used: ${issuesText(parsed.error)}.`);
}

function issuesText(error: z.ZodError): string {
  const texts = error.issues.map(({ path, message }) => `${path.join('.') || 'with'}: ${message}`);
  return texts.length > 5 ? `${texts.slice(0, 5).join('; ')}; and ${texts.length - 5} more` : texts.join('; ');
}

function timedOut(failure: Failure, budgetMs: number, latest: string | undefined): Failure {
  if (!CAUSED_BY_ABORT.includes(failure.code)) return failure;
  const seen = latest ? ` The last that was seen of it: ${latest}` : '';
  const message = `The step was not done within ${formatDuration(budgetMs)} and was stopped.${seen}`;
  return { ...failureOf(new StepError('TIMED_OUT', message)), facts: failure.facts, evidence: failure.evidence };
}

function stopped(failure: Failure): Failure {
  if (!CAUSED_BY_ABORT.includes(failure.code)) return failure;
  return failureOf(new StepError('CANCELLED', 'The step was stopped on request.'));
}

/** A worker that drains gives the step back to the next one; every other cancellation was asked for. */
function cancellation(activity: Context): Error {
  if (activity.cancellationDetails?.workerShutdown) {
    // Not for the server to repeat: the workflow does, without counting it as one of the step's attempts.
    const message = 'The worker was shut down while the step ran; it goes on with another.';
    return ApplicationFailure.create({ type: WORKER_SHUTDOWN, message, nonRetryable: true });
  }
  return new CancelledFailure('The step was stopped on request.');
}
