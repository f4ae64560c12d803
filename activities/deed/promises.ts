import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Context } from '@temporalio/activity';
import { errnoOf } from '../../host/errno.js';
import { acquireLock, LockTimeout } from '../../host/file-lock.js';
import { undoThatTravels } from '../../model/state/travel.js';
import type { CollectedPromise, CollectPromises, Promised, StepTask } from '../../model/state/contract.js';
import { refuseSealed } from '../../evidence/write/log.js';
import { acquireLease } from '../step/lease.js';
import { DEED_LOCK, homeOf, LEASE, stepFolder } from '../step/step-evidence.js';
import { StepError } from '../step/step-error.js';
import { giveUp } from './given-up.js';
import { type Log, readLog, samePlace } from './begun.js';
import { type Journal, type Opened, readJournal } from './journal.js';
import { endLeftoversOf } from './ledger.js';
import { readMemory } from './memory.js';

/** How long a deed of the lost execution may take to end once it is told to; its command has a grace of its own. */
const ENDS_WITHIN_MS = 25_000;

/**
 * What the steps of a lost phase had promised before their deeds, as their journals say. A deed that still acts is ended
 * first. A journal that nobody can read is an answer, too: the way back must know what it does not know.
 *
 * @throws StepError EVIDENCE_UNWRITABLE when it cannot even be said that the execution begins nothing more; EvidenceError
 *   SEALED when the go-live has ended
 */
export async function collectPromises(request: CollectPromises): Promise<CollectedPromise[]> {
  const { steps, run, ...phase } = request;
  const [first] = steps;
  if (first === undefined) return [];
  await refuseSealed(phase.goLive.evidenceDir);
  await giveUp({ ...phase, step: first, epoch: 1 }, run);
  // Before the journals: what has begun by then has its intent there.
  const log = await readLog(phase.goLive.evidenceDir);
  const collected: CollectedPromise[] = [];
  for (const step of steps) {
    for (const epoch of await epochsOf({ ...phase, step, epoch: 1 }, log)) {
      const promise = await promisedBy({ ...phase, step, epoch }, log);
      if (promise) collected.push({ step, epoch, ...promise });
    }
  }
  return collected;
}

/** Every opening of a step that left a folder or a word in the log. Where nobody can tell, the first stands for all. */
async function epochsOf(step: Opened, log: Log): Promise<number[]> {
  const folder = dirname(stepFolder(step.goLive.evidenceDir, step));
  const names = await readdir(folder).catch(() => [step.step]);
  const there = names.flatMap((name) => {
    if (name === step.step) return [1];
    const epoch = name.startsWith(`${step.step}.`) ? Number(name.slice(step.step.length + 1)) : Number.NaN;
    return Number.isInteger(epoch) ? [epoch] : [];
  });
  const begun = log.begun.filter((place) => samePlace({ ...place, epoch: 1 }, step)).map(({ epoch }) => epoch);
  const all = [...new Set([...there, ...begun])];
  return all.length === 0 && log.unread !== undefined ? [1] : all.toSorted((a, b) => a - b);
}

/** Nothing when the step never came to its deed. */
async function promisedBy(step: Opened, log: Log): Promise<Promised | undefined> {
  try {
    const journal = await readJournal(step);
    const { intent, damaged } = journal;
    const lost = intent ? undefined : await lostBy(step, journal, log);
    if (!intent && lost === undefined) return undefined;
    await endDeed(step);
    if (!intent) return { unread: lost ?? 'it is not there' };
    // Written by a version that promised elsewhere.
    if (!intent.promise) return { unread: 'its journal does not say how it is taken back' };
    const { always, calls } = intent.promise;
    return { promise: { always, calls: calls.map(undoThatTravels) }, ...(damaged ? { damaged } : {}) };
  } catch (error) {
    if (error instanceof LockTimeout) return { unread: `its deed still acts in the process ${error.pid}` };
    return { unread: `its journal cannot be read (${errnoOf(error) ?? String(error)})` };
  }
}

/** Why a journal without an intent is one that was lost; nothing when the deed did not begin (see `Log`). */
async function lostBy(step: Opened, { empty }: Journal, log: Log): Promise<string | undefined> {
  if (!empty) return 'its journal is damaged';
  if (log.begun.some((place) => samePlace(place, step))) return 'it had begun, and its journal is gone';
  if (await readMemory(step)) return 'it left something for its undo, and its journal is gone';
  return log.unread;
}

/**
 * The task of an undo with what the journal of its step knows: what the deed gave, and the input that the step promised
 * where the workflow left it there.
 *
 * @throws StepError NOT_FOUND when the input cannot be had
 */
export async function withJournal(task: StepTask): Promise<StepTask> {
  const { undoes } = task;
  if (!undoes) return task;
  const goLive = { ...task.goLive, evidenceDir: homeOf(task) };
  const journal = await readJournal({ ...undoes, goLive }).catch((cause: unknown) => {
    // An undo that needs nothing of it goes on; one that needs what the deed left finds that out by itself.
    if (undoes.call === undefined) return undefined;
    throw new StepError('NOT_FOUND', `The journal of step ${undoes.step} cannot be read (${errnoOf(cause)}).`, {
      cause,
    });
  });
  const outputs = undoes.outputs ?? journal?.outcome?.result?.outputs;
  const known = outputs ? { ...task, undoes: { ...undoes, outputs } } : task;
  if (undoes.call === undefined) return known;
  const input = journal?.intent?.promise?.calls[undoes.call]?.input;
  if (input) return { ...known, input };
  throw new StepError('NOT_FOUND', `The journal of step ${undoes.step} does not say how it is taken back.`);
}

/** Takes the step over from a deed that may still act, and waits until it has stopped. @throws LockTimeout */
async function endDeed(step: Opened): Promise<void> {
  const folder = stepFolder(step.goLive.evidenceDir, step);
  await acquireLease(join(folder, LEASE), [], `collected.${randomUUID()}`, step.step);
  const lock = join(stepFolder(step.goLive.evidenceDir, { ...step, epoch: 1 }), DEED_LOCK);
  const { cancellationSignal: signal } = Context.current();
  const release = await acquireLock(lock, { timeoutMs: ENDS_WITHIN_MS, signal });
  await release();
  await endLeftoversOf(folder);
}
