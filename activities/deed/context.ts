import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { StepProgress, StepTask } from '../../model/state/contract.js';
import { evaluateBoolean } from '../../model/expression/expression.js';
import type { JsonObject } from '../../model/json.js';
import type { GuardPlan } from '../../model/plan/plan.js';
import { runCommand } from '../command/command.js';
import { checkPinned } from '../command/pinned.js';
import { contained, throughFolder } from '../reach/contain.js';
import { failpoint } from '../../host/failpoint.js';
import { createCapabilities, type Secrets } from './capabilities.js';
import type { Ledger } from './ledger.js';
import { memoryOf } from './memory.js';
import { backupFolder, type FencedEvidence, homeOf } from '../step/step-evidence.js';
import type { StepCall, StepContext } from '../step/step.js';
import { StepError } from '../step/step-error.js';

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
  secrets: Secrets;
  onProgress(progress: StepProgress): void;
}

/** Makes what a running step may use. */
export function createContext(parts: ContextParts): StepContext {
  const { task, part, signal, evidence, ledger, secrets, env } = parts;
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
    checkPinned: (names, cwd) => checkPinned(names, cwd, goLive.files),
    evidence,
    ...memoryOf(task, evidence, part),
    backups:
      part === 'undo' && task.undoes ? backupFolder(homeOf(task), task.undoes) : backupFolder(goLive.evidenceDir, task),
    checkGuards: (tallies) => checkGuards(task.guards, tallies),
    run: async (options) => {
      const saveTo = options.saveAs === undefined ? undefined : await evidence.place(options.saveAs);
      if (options.pin !== false) await checkPinned(options.argv, options.cwd ?? goLive.baseDir, goLive.files);
      const timeoutMs = Math.max(1, Math.min(options.timeoutMs, parts.deadline - performance.now()));
      try {
        return await runCommand(
          { ...options, timeoutMs },
          {
            signal,
            env,
            secrets: secrets.values,
            saveTo,
            started: async (group, argv) => {
              await ledger.started(group, argv);
              failpoint('during', task.step);
            },
            ended: ledger.ended,
          },
        );
      } finally {
        if (saveTo !== undefined && options.saveAs !== undefined)
          await evidence.adopt(options.saveAs).catch(() => undefined);
      }
    },
    log: (message, facts) => parts.logger.info(secrets.redactIn(facts ?? {}), secrets.redact(message)),
  };
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
  for (const guard of guards) {
    let trips: boolean;
    try {
      trips = evaluateBoolean(guard.trips, { it: tallies });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new StepError('EXPRESSION_FAILED', `Guard "${guard.title}" could not be computed: ${reason}.`, { cause });
    }
    if (!trips) continue;
    const numbers = numbersOf(guard.trips, tallies);
    const shown = Object.entries(numbers).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
    throw new StepError(
      'GUARD_TRIPPED',
      `Guard "${guard.title}" tripped: ${guard.trips} holds with ${shown.join(', ')}.`,
      {
        facts: { guard: guard.id, ...numbers },
      },
    );
  }
}

/** The tallies that the expression names. */
function numbersOf(expression: string, tallies: JsonObject): JsonObject {
  const named = [...expression.matchAll(/\bit\.([A-Za-z_]\w*)/g)].flatMap(([, name]) => name ?? []);
  return Object.fromEntries(named.flatMap((name) => (name in tallies ? [[name, tallies[name] ?? null]] : [])));
}
