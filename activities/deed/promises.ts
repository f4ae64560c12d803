import { randomUUID } from 'node:crypto';
import { access, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Context } from '@temporalio/activity';
import { errnoOf } from '../../host/errno.js';
import { acquireLock, LockTimeout } from '../../host/file-lock.js';
import { undoThatTravels } from '../../model/state/travel.js';
import type { JsonObject } from '../../model/json.js';
import type { CollectedPromise, CollectPromises, Promised, StepTask } from '../../model/state/contract.js';
import { acquireLease } from '../step/lease.js';
import { DEED_LOCK, homeOf, LEASE, stepFolder } from '../step/step-evidence.js';
import { StepError } from '../step/step-error.js';
import { giveUp } from './given-up.js';
import { endLeftoversOf, type Entry, entryOf, LEDGERS, ledgerText } from './ledger.js';

/** How long a deed of the lost execution may take to end once it is told to; its command has a grace of its own. */
const ENDS_WITHIN_MS = 25_000;

type Opened = Pick<StepTask, 'goLive' | 'phase' | 'phaseAttempt' | 'step' | 'epoch'>;

/**
 * What the steps of a lost phase had promised before their deeds, as their journals say. A deed that still acts is ended
 * first. A journal that nobody can read is an answer, too: the way back must know what it does not know.
 *
 * @throws StepError EVIDENCE_UNWRITABLE when it cannot even be said that the execution begins nothing more
 */
export async function collectPromises(request: CollectPromises): Promise<CollectedPromise[]> {
  const { steps, run, ...phase } = request;
  const [first] = steps;
  if (first === undefined) return [];
  const gone = await reasonOf(access(join(phase.goLive.evidenceDir, 'data', 'events.jsonl')));
  if (gone)
    return steps.map((step) => ({ step, epoch: 1, unread: `the evidence of the go-live is not there (${gone})` }));
  await giveUp({ ...phase, step: first, epoch: 1 }, run);
  const collected: CollectedPromise[] = [];
  for (const step of steps) {
    for (const epoch of await epochsOf({ ...phase, step, epoch: 1 })) {
      const promise = await promisedBy({ ...phase, step, epoch });
      if (promise) collected.push({ step, epoch, ...promise });
    }
  }
  return collected;
}

/** The system's code of a rejection, or nothing. */
async function reasonOf(look: Promise<unknown>): Promise<string | undefined> {
  return look.then(
    () => undefined,
    (error: unknown) => errnoOf(error) ?? String(error),
  );
}

/** Every opening of a step that left a folder. Where nobody can list them, the first stands for all. */
async function epochsOf(step: Opened): Promise<number[]> {
  const folder = dirname(stepFolder(step.goLive.evidenceDir, step));
  const names = await readdir(folder).catch(() => [step.step]);
  return names
    .flatMap((name) => {
      if (name === step.step) return [1];
      const epoch = name.startsWith(`${step.step}.`) ? Number(name.slice(step.step.length + 1)) : Number.NaN;
      return Number.isInteger(epoch) ? [epoch] : [];
    })
    .toSorted((a, b) => a - b);
}

/** Nothing when the step never came to its deed. */
async function promisedBy(step: Opened): Promise<Promised | undefined> {
  try {
    const journal = await readJournal(step);
    const intent = journal.intents.at(-1);
    if (!intent) return journal.broken ? { unread: 'its journal is damaged' } : undefined;
    await endDeed(step);
    // Written by a version that promised elsewhere.
    if (!intent.promise) return { unread: 'its journal does not say how it is taken back' };
    const { always, calls } = intent.promise;
    return { promise: { always, calls: calls.map(undoThatTravels) } };
  } catch (error) {
    if (error instanceof LockTimeout) return { unread: `its deed still acts in the process ${error.pid}` };
    return { unread: `its journal cannot be read (${errnoOf(error) ?? String(error)})` };
  }
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
    if (undoes.call === undefined) return undefined;
    throw new StepError('NOT_FOUND', `The journal of step ${undoes.step} cannot be read (${errnoOf(cause)}).`, {
      cause,
    });
  });
  const outputs = undoes.outputs ?? journal?.outputs;
  const known = outputs ? { ...task, undoes: { ...undoes, outputs } } : task;
  if (undoes.call === undefined) return known;
  const input = journal?.intents.at(-1)?.promise?.calls[undoes.call]?.input;
  if (input) return { ...known, input };
  throw new StepError('NOT_FOUND', `The journal of step ${undoes.step} does not say how it is taken back.`);
}

type IntentEntry = Extract<Entry, { kind: 'intent' }>;

interface Journal {
  intents: IntentEntry[];
  /** What the deed gave, when it is known to be done. */
  outputs: JsonObject | undefined;
  /** Some of it cannot be read. */
  broken: boolean;
}

async function readJournal(step: Opened): Promise<Journal> {
  const folder = stepFolder(step.goLive.evidenceDir, step);
  // None: it was opened and never came to its deed.
  const text = await ledgerText(join(folder, LEDGERS.do));
  // What follows the last line end was never whole: no deed has begun on it.
  const lines = text.split('\n').slice(0, -1);
  const entries = lines.map(entryOf);
  return {
    intents: entries.flatMap((entry) => (entry?.kind === 'intent' && entry.epoch === step.epoch ? [entry] : [])),
    outputs: entries
      .flatMap((entry) => (entry?.kind === 'outcome' && entry.epoch === step.epoch ? [entry.result?.outputs] : []))
      .at(-1),
    broken: entries.includes(undefined),
  };
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
