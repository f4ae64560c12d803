import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { LEDGERS, MEMORY } from '../../model/evidence/journal-files.js';
import type { StepResult, StepTask, UndoPromise } from '../../model/state/contract.js';
import type { Effect } from '../../model/plan/plan.js';
import type { JsonObject } from '../../model/json.js';
import { openAppender } from '../step/line-appender.js';
import { endGroup, type NotedGroup, noteGroup, notedGroupRuns } from '../../host/process-group.js';
import { earlierFolders, type FencedEvidence } from '../step/step-evidence.js';
import type { LineAppender } from '../step/step.js';
import { StepError } from '../step/step-error.js';
import { hasBegun } from './begun.js';
import { mayBegin } from './given-up.js';
import { type Entry, readLedger } from './journal.js';

/** Who acts: the same epoch of the same workflow run is one deed, however many attempts it takes. */
export interface Deed {
  epoch: number;
  attempt: number;
  /** Workflow run id: a go-live that is begun anew does not inherit outcomes. */
  run: string;
  /** SHA-256 of the input. */
  inputs: string;
  /** SHA-256 of the argument vector as JSON. */
  argv?: string;
  effect: Effect;
}

export interface Ledger {
  /** The outcome of the same deed, when a killed worker had reached it and could not report it. */
  outcome?: StepResult;
  /** Set for effect `once` when the deed may have happened; nothing may be done before it is settled. */
  doubt?: Doubt;
  /** Announces the deed; nothing is done before it has resolved. @throws StepError CANCELLED */
  intent(): Promise<void>;
  done(result: StepResult): Promise<void>;
  failed(code: string): Promise<void>;
  started(group: NotedGroup, argvDigest: string): Promise<void>;
  ended(pid: number): Promise<void>;
  close(): Promise<void>;
}

/** What is known of a deed whose outcome is not. */
export interface Doubt {
  /** Why it must not simply be done: a clause. */
  reason: string;
  facts: JsonObject;
}

/**
 * Opens the ledger of a step and settles what an earlier attempt left: command groups that still run are ended,
 * a known outcome is handed back, and a deed that must not be repeated and may have happened is told as a doubt.
 */
export async function openLedger(task: StepTask, evidence: FencedEvidence, deed: Deed, name: string): Promise<Ledger> {
  const { entries, damaged } = await readLedger(join(evidence.directory, name));
  const { epoch, run, inputs } = deed;
  // A step that changes nothing may simply be done again: no outcome to keep, and no intent unless it has an undo.
  const kept = deed.effect !== 'none';
  const promise = promiseOf(task);
  let file: Promise<LineAppender> | undefined;
  const write = async (entry: Entry): Promise<void> => {
    file ??= evidence
      .place(name)
      .then((path) => openAppender(path, evidence.mayWrite, async () => ({ name, path: name, sha256: '', bytes: 0 })));
    await (await file).append(JSON.stringify(entry));
  };

  const remembered = (): Promise<boolean> =>
    access(join(evidence.directory, MEMORY)).then(
      () => true,
      () => false,
    );

  await endLeftovers(entries);
  // A person who opens the step again may do so while the old command still acts.
  for (const folder of earlierFolders(task)) await endLeftovers((await readLedger(join(folder, name))).entries);
  const last = entries.findLast(
    (entry) => (entry.kind === 'intent' || entry.kind === 'outcome') && entry.epoch === epoch,
  );
  const outcome = last?.kind === 'outcome' && last.run === run && last.inputs === inputs ? last.result : undefined;
  const doubt =
    !outcome && deed.effect === 'once'
      ? (doubtOf(entries, last) ??
        (damaged ? DAMAGED : last ? undefined : await doubtOfNothing(task, evidence, deed, entries.length === 0)))
      : undefined;
  return {
    ...(outcome ? { outcome } : {}),
    ...(doubt ? { doubt } : {}),
    intent: async () => {
      if (!kept && !promise) return;
      const { attempt, argv } = deed;
      const more = { ...(argv ? { argv } : {}), ...(promise ? { promise } : {}) };
      const [at, worker] = [new Date().toISOString(), noteGroup(process.pid)];
      await write({ kind: 'intent', epoch, attempt, run, inputs, at, worker, ...more });
      await mayBegin(task, run);
    },
    done: async (result) => {
      if (kept) await write({ kind: 'outcome', epoch, run, inputs, result, remembered: await remembered() });
    },
    failed: async (code) => {
      if (kept) await write({ kind: 'outcome', epoch, run, inputs, failed: code, remembered: await remembered() });
    },
    started: (group, argv) => write({ kind: 'process', ...group, argv }),
    ended: (pid) => write({ kind: 'ended', pid }),
    close: async () => {
      await (await file)?.close();
    },
  };
}

/** The undo that the task carries, each call with its own input. */
function promiseOf({ promise, input }: StepTask): UndoPromise | undefined {
  return promise && { ...promise, calls: promise.calls.map((call) => ({ input, ...call })) };
}

const GONE: Doubt = { reason: 'its worker was lost, and its journal is not there any more', facts: {} };
const DAMAGED: Doubt = { reason: 'its journal is damaged', facts: {} };

/** Whether a journal without a word of the deed is one that was lost. */
async function doubtOfNothing(
  task: StepTask,
  { takenOver }: FencedEvidence,
  { attempt }: Deed,
  empty: boolean,
): Promise<Doubt | undefined> {
  // Who takes over from nobody finds no journal either: what was there is gone, and says nothing of the deed.
  const gone = takenOver ? await hasBegun(task) : empty && (attempt > 1 || task.repeated === true);
  return gone ? GONE : undefined;
}

function doubtOf(entries: readonly Entry[], last: Entry | undefined): Doubt | undefined {
  const begun = last?.kind === 'intent' ? last : undefined;
  const done = last?.kind === 'outcome' && last.result !== undefined;
  if (!begun && !done) return undefined;
  const reason = begun ? 'its worker was lost before the outcome was known' : 'it has been done before';
  const process = entries.findLast((entry) => entry.kind === 'process');
  return {
    reason,
    facts: {
      ...(begun?.at ? { begun: begun.at } : {}),
      ...(begun ? { attempt: begun.attempt, epoch: begun.epoch } : {}),
      ...(begun?.worker ? { workerPid: begun.worker.pid } : {}),
      ...(begun?.argv ? { argvSha256: begun.argv } : {}),
      ...(process ? { commandPid: process.pid } : {}),
    },
  };
}

/**
 * The refusal to do again what may have been done: a person looks and says which it is.
 *
 * @param looked what a probe found, as a sentence
 */
export function outcomeUnknown(task: StepTask, { reason, facts }: Doubt, looked = ''): StepError {
  const known = Object.entries(facts).map(([name, value]) => `${name} ${String(value)}`);
  const details = known.length > 0 ? ` Known: ${known.join(', ')}.` : '';
  return new StepError(
    'OUTCOME_UNKNOWN',
    `Step ${task.step} must not be repeated: it had begun, and ${reason}.${looked ? ` ${looked}` : ''}${details}`,
    { facts },
  );
}

/** Ends the command groups that a killed worker left running, as the ledger in this folder knows them. */
export async function endLeftoversOf(folder: string): Promise<void> {
  await endLeftovers((await readLedger(join(folder, LEDGERS.do))).entries);
}

async function endLeftovers(entries: readonly Entry[]): Promise<void> {
  const ended = new Set(entries.flatMap((entry) => (entry.kind === 'ended' ? [entry.pid] : [])));
  const groups = entries.flatMap((entry) => (entry.kind === 'process' && !ended.has(entry.pid) ? [entry] : []));
  const alive = groups.filter(notedGroupRuns);
  await Promise.all(alive.map(({ pid }) => endGroup(pid, 2000)));
}
