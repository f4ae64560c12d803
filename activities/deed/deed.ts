import { Context } from '@temporalio/activity';
import type { Logger } from 'pino';
import { LEDGERS } from '../../model/evidence/journal-files.js';
import type { StepProgress, StepResult, StepTask } from '../../model/state/contract.js';
import type { StepFailure } from '../../model/failure.js';
import type { Effect } from '../../model/plan/plan.js';
import { sha256 } from '../../evidence/durable.js';
import { failpoint } from '../../host/failpoint.js';
import { failureOf } from '../step/failure.js';
import { type FencedEvidence, homeOf, stepFolder } from '../step/step-evidence.js';
import { record, resultFacts, startFacts } from '../step/step-events.js';
import type { StepCall, StepCalls, StepContext } from '../step/step.js';
import type { Secrets } from './capabilities.js';
import { createContext } from './context.js';
import { endLeftoversOf, type Ledger, openLedger } from './ledger.js';
import { effectOf, parseInput, perform } from './perform.js';
import { probe, type Probed } from './probe.js';
import { checkPromisedFiles } from './promised-files.js';
import {
  type About,
  type Acting,
  type After,
  afterFailure,
  afterInterruption,
  afterProbe,
  afterUnrecorded,
  afterUnrecordedFailure,
  firstState,
  type In,
  type State,
  stillUnknown,
} from './states.js';

/** Everything that one attempt works with. */
export interface Attempt {
  call: StepCall;
  task: StepTask;
  /** What the worker can do; a probe is a step of one of these kinds. */
  kinds: StepCalls;
  logger: Logger;
  env: NodeJS.ProcessEnv;
  evidenceKey: string | undefined;
  evidence: FencedEvidence;
  /** Aborted on cancel, on timeout, and when a later attempt has taken over. */
  signal: AbortSignal;
  /** Monotonic times (`performance.now()`): when it began, and when it must have ended. */
  begun: number;
  deadline: number;
  /** SHA-256 of the input. */
  inputs: string;
  secrets: Secrets;
  progress(progress: StepProgress): void;
}

/** The attempt with its ledger open. */
interface Work extends Attempt {
  effect: Effect;
  argv: string | undefined;
  ledger: Ledger;
  context: StepContext;
  /** As the kind's schema reads it. */
  input?: unknown;
}

type End = 'reported' | 'failed' | 'unknown' | 'cutOff';
type Transition<N extends State['is']> = (work: Work, state: In<N>) => Promise<After<N>>;

/** How each state is left, in the order of a step's life. */
const TRANSITIONS: { [N in Exclude<State['is'], End>]: Transition<N> } = {
  recovered: handBack,
  inDoubt: askProbe,
  foundDone: adoptFinding,
  notBegun: intend,
  intended: act,
  interrupted: askProbeAfterwards,
  acted: reportDone,
  notDone: noteFailure,
};

/**
 * Takes one attempt from what the ledger holds to its end, as `docs/crash-safety.md` draws it. What hinders it before the
 * deed is thrown and simply ends it: nothing was done.
 */
export async function attemptDeed(attempt: Attempt): Promise<StepResult> {
  const work = await openWork(attempt);
  try {
    let state: State = firstState(work.ledger);
    // What was done is handed back, also when its input could not be read any more.
    if (state.is !== 'recovered') work.input = parseInput(work.call.kind.input, work.task.input, work.call.name);
    for (;;) {
      if (state.is === 'reported') return state.result;
      if (state.is === 'failed' || state.is === 'unknown' || state.is === 'cutOff') throw state.error;
      const leave = TRANSITIONS[state.is] as (work: Work, state: State) => Promise<State>;
      state = await leave(work, state);
    }
  } finally {
    await work.ledger.close();
  }
}

/** Ends what an earlier attempt left running, and reads what it wrote down. */
async function openWork(attempt: Attempt): Promise<Work> {
  const { call, task, evidence, inputs, signal, deadline, logger, env, evidenceKey, secrets } = attempt;
  const { info } = Context.current();
  if (task.undoes) await endLeftoversOf(stepFolder(homeOf(task), task.undoes));
  const effect = effectOf(task, call);
  const argv = task.input.argv === undefined ? undefined : sha256(JSON.stringify(task.input.argv));
  const run = info.workflowExecution?.runId ?? '';
  const deed = { epoch: task.epoch, attempt: info.attempt, run, inputs, effect, ...(argv ? { argv } : {}) };
  const ledger = await openLedger(task, evidence, deed, LEDGERS[call.part]);
  const parts = {
    task,
    attempt: info.attempt,
    signal,
    deadline,
    evidence,
    ledger,
    logger,
    env,
    evidenceKey,
    secrets,
    part: call.part,
  };
  return { ...attempt, effect, argv, ledger, context: createContext({ ...parts, onProgress: attempt.progress }) };
}

/** recovered → reported */
async function handBack({ task, call }: Work, { result }: In<'recovered'>): Promise<After<'recovered'>> {
  await record(task, call, 'done', { ...resultFacts(result), recovered: true });
  return { is: 'reported', result };
}

/** inDoubt → foundDone, notBegun or unknown */
async function askProbe(work: Work, state: In<'inDoubt'>): Promise<After<'inDoubt'>> {
  return afterProbe(state, await probed(work), about(work));
}

/** foundDone → reported */
async function adoptFinding({ task, call, ledger }: Work, { result }: In<'foundDone'>): Promise<After<'foundDone'>> {
  await ledger.done(result);
  await record(task, call, 'done', { ...resultFacts(result), recovered: true, probed: true });
  return { is: 'reported', result };
}

/** notBegun → intended. The order says later what did not begin: see `Log`. */
async function intend({ task, call, kinds, ledger, inputs, context, evidence }: Work): Promise<After<'notBegun'>> {
  await checkPromisedFiles(task, kinds, context);
  failpoint('before-intent', task.step);
  await ledger.intent();
  failpoint('after-intent', task.step);
  await record(task, call, 'started', startFacts(task, inputs, context.attempt));
  // An attempt that was stopped for long since its intent must find out before it acts, not after.
  await evidence.mayWrite();
  return { is: 'intended' };
}

/** intended → acted, interrupted, notDone or cutOff */
async function act(work: Work): Promise<After<'intended'>> {
  try {
    return { is: 'acted', result: await perform(work.call, work.input, work.context) };
  } catch (error) {
    return afterFailure(error, failureIn(work, error), acting(work));
  }
}

/** interrupted → acted, notDone or unknown */
async function askProbeAfterwards(work: Work, state: In<'interrupted'>): Promise<After<'interrupted'>> {
  try {
    return afterInterruption(state, await probed(work), about(work));
  } catch (error) {
    return stillUnknown(state.doubt, failureIn(work, error), about(work));
  }
}

/** acted → reported, failed or unknown */
async function reportDone(work: Work, { result }: In<'acted'>): Promise<After<'acted'>> {
  const { task, call, ledger, evidence, begun } = work;
  failpoint('after-act', task.step);
  await evidence.mayWrite();
  try {
    await ledger.done(result);
    failpoint('after-outcome', task.step);
    await record(task, call, 'done', { ...resultFacts(result), durationMs: Math.round(performance.now() - begun) });
    return { is: 'reported', result };
  } catch (error) {
    return afterUnrecorded(error, failureIn(work, error), acting(work), about(work));
  }
}

/** notDone → failed or unknown */
async function noteFailure(work: Work, { error }: In<'notDone'>): Promise<After<'notDone'>> {
  try {
    await work.ledger.failed(failureIn(work, error).code);
    return { is: 'failed', error };
  } catch (cause) {
    return afterUnrecordedFailure(cause, failureIn(work, cause), acting(work), about(work));
  }
}

/** Asks the step's probe whether the deed was done, and records its answer; without a probe nobody knows. */
async function probed({ task, call, kinds, context, secrets }: Work): Promise<Probed> {
  if (!task.probe) return { answer: 'unknown', sentence: '' };
  const { answer, sentence } = await probe(task.probe, context, kinds);
  const found = { answer, sentence: secrets.redact(sentence) };
  await record(task, call, 'probed', { answer, found: found.sentence });
  return found;
}

function failureIn({ secrets }: Work, error: unknown): StepFailure {
  return failureOf(error, secrets.redact);
}

function acting({ effect, signal, argv }: Work): Acting {
  return { effect, stopped: signal.aborted, ...(argv ? { argv } : {}) };
}

function about({ task, evidence }: Work): About {
  return { task, evidence: evidence.refs() };
}
