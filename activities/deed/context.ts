import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { StepProgress, StepTask } from '../../model/state/contract.js';
import { tripOf } from '../../model/judge/guard.js';
import type { JsonObject } from '../../model/json.js';
import type { GuardPlan } from '../../model/plan/plan.js';
import { runCommand } from '../command/command.js';
import { checkMayStart } from '../command/may-start.js';
import { checkPinned } from '../command/pinned.js';
import { contained, throughFolder } from '../reach/contain.js';
import { openEvidenceKey } from '../../evidence/write/signing-key.js';
import { failpoint } from '../../host/failpoint.js';
import type { NotedGroup } from '../../host/process-group.js';
import { createCapabilities, type Secrets } from './capabilities.js';
import type { Ledger } from './ledger.js';
import { memoryOf } from './memory.js';
import { backupFolder, type FencedEvidence, homeOf } from '../step/step-evidence.js';
import {
  bytesWithoutCredentials,
  countCredentials,
  credentialSpots,
  maskCredentials,
  withoutCredentials,
  withoutCredentialsIn,
} from '../../evidence/credentials.js';
import type { CommandResult, RunCommand, StepCall, StepContext } from '../step/step.js';
import { StepError } from '../step/step-error.js';
import { isStepError } from '../step/unwritable.js';
import { targetOf } from '../../model/plan/address.js';

/** What helps where a command was not done in its time. */
const TIME_HINT = 'raise its `timeout` only with a reason.';

export interface ContextParts {
  task: StepTask;
  part: StepCall['part'];
  attempt: number;
  signal: AbortSignal;
  /** Monotonic time (`performance.now()`) at which the handler must have ended. */
  deadline: number;
  evidence: FencedEvidence;
  ledger: Ledger;
  logger: Logger;
  env: NodeJS.ProcessEnv;
  evidenceKey?: string | undefined;
  secrets: Secrets;
  onProgress(progress: StepProgress): void;
}

/** Makes what a running step may use. */
export function createContext(parts: ContextParts): StepContext {
  const { task, part, signal, evidence, secrets, env } = parts;
  const { goLive } = task;
  return {
    ...createCapabilities({ goLive, env, signal, secrets }),
    task,
    signal,
    attempt: parts.attempt,
    now: () => new Date(),
    progress: (progress) => parts.onProgress({ ...progress, text: secrets.redact(progress.text) }),
    scaled: (ms) => ms / (goLive.timeScale > 0 ? goLive.timeScale : 1),
    sleep: (ms) => sleep(ms, signal),
    path: (relative) => contained(relative, goLive.baseDir, goLive.folders),
    inHeldFolder: (path, act) => throughFolder(path, goLive.folders, act),
    checkPinned: (names, cwd) => checkPinned(names, cwd, goLive.files, isWayBack(parts)),
    evidence,
    ...memoryOf(task, evidence, part),
    backups:
      part === 'undo' && task.undoes ? backupFolder(homeOf(task), task.undoes) : backupFolder(goLive.evidenceDir, task),
    withoutCredentials,
    withoutCredentialsIn,
    bytesWithoutCredentials,
    countCredentials,
    credentialSpots,
    evidenceKey: () => fingerprintAt(parts.evidenceKey),
    checkGuards: (tallies) => checkGuards(task.guards, tallies),
    run: runOf(parts),
    log: (message, facts) => parts.logger.info(secrets.redactIn(facts ?? {}), secrets.redact(message)),
  };
}

/** Runs commands of the step. What one leaves in a file of the evidence is masked before anybody is told of it. */
function runOf(parts: ContextParts): RunCommand {
  const { task, part, signal, env, evidence, ledger, secrets, deadline } = parts;
  const { baseDir, files } = task.goLive;
  return async (options) => {
    const saveTo = options.saveAs === undefined ? undefined : await evidence.place(options.saveAs);
    if (!options.own) checkMayStart(options, task.goLive);
    if (options.pin !== false) await checkPinned(options.argv, options.cwd ?? baseDir, files, isWayBack(parts));
    const timeoutMs = Math.max(1, Math.min(options.timeoutMs, deadline - performance.now()));
    const started = async (group: NotedGroup, argv: string): Promise<void> => {
      await ledger.started(group, argv);
      failpoint('during', task.step);
    };
    const stop = options.signal ? AbortSignal.any([signal, options.signal]) : signal;
    const around = { signal: stop, env, secrets: secrets.values, saveTo, started, ended: ledger.ended };
    try {
      const result = await runCommand({ ...options, timeoutMs }, around);
      return saveTo === undefined ? result : await maskedResult(result, saveTo);
    } catch (error) {
      // What the error tells is masked with all else that the step tells. A program that did not start has left nothing.
      if (saveTo !== undefined && existsSync(saveTo)) await maskCredentials(saveTo);
      throw saveTo === undefined || part === 'undo' || task.undoes ? error : withLogs(error, task);
    } finally {
      if (options.saveAs !== undefined) await evidence.adopt(options.saveAs).catch(() => undefined);
    }
  };
}

/** Whether it undoes a step, or is a step of a rollback. */
function isWayBack({ task, part }: Pick<ContextParts, 'task' | 'part'>): boolean {
  return part === 'undo' || task.undoes !== undefined || task.phase.startsWith('rollback-');
}

/** Names the command that prints all that a command printed which had to be stopped. */
function withLogs(error: unknown, { goLive, step }: StepTask): unknown {
  if (!isStepError(error) || (error.code !== 'TIMED_OUT' && error.code !== 'CANCELLED')) return error;
  const hint = `\`golive logs ${targetOf(goLive.id)} ${step}\` prints all that it printed; ${TIME_HINT}`;
  return new StepError(error.code, error.message, { hint, ...error.options });
}

async function maskedResult(result: CommandResult, savedTo: string): Promise<CommandResult> {
  const credentials = await maskCredentials(savedTo);
  const { text: stdout } = await withoutCredentials(result.stdout);
  const { text: stderr } = await withoutCredentials(result.stderr);
  return { ...result, stdout, stderr, credentials };
}

async function fingerprintAt(path: string | undefined): Promise<string> {
  if (path !== undefined) return (await openEvidenceKey(path)).fingerprint;
  throw new StepError('NOT_FOUND', 'This worker has no key that seals evidence.', {
    hint: 'Name one with GOLIVE_EVIDENCE_KEY.',
  });
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(Math.max(0, ms), undefined, { signal });
  } catch (cause) {
    throw new StepError('CANCELLED', 'The step was stopped while it waited.', { cause });
  }
}

/**
 * Throws as soon as a guard holds; a guard that cannot be computed stops the step as well.
 *
 * @throws StepError GUARD_TRIPPED, EXPRESSION_FAILED
 */
export function checkGuards(guards: readonly GuardPlan[], tallies: JsonObject): void {
  const trip = tripOf(guards, tallies);
  if (trip) throw new StepError(trip.code, trip.message, trip.facts ? { facts: trip.facts } : {});
}
