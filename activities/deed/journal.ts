import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errnoOf } from '../../host/errno.js';
import { LEDGERS } from '../../model/evidence/journal-files.js';
import type { StepTask } from '../../model/state/contract.js';
import { stepFolder } from '../step/step-evidence.js';

const count = z.int().min(1);
const json = z.record(z.string(), z.json());
/** A process group as it was noted when it began. */
const group = { pid: z.int(), startTime: z.string().nullable(), boot: z.string() };

/** Said before the deed: whose it is, what it will do, and which process will do it. */
const intent = z.object({
  kind: z.literal('intent'),
  epoch: count,
  attempt: count,
  run: z.string(),
  inputs: z.string(),
  /** ISO 8601 by the worker's clock; ledgers of older versions have none, nor the next two. */
  at: z.string().optional(),
  worker: z.object(group).optional(),
  /** SHA-256 of the argument vector as JSON, where the step runs one. */
  argv: z.string().optional(),
  /** What takes the deed back, each call with its input. */
  promise: z
    .object({
      always: z.boolean(),
      calls: z.array(z.object({ activity: z.string(), title: z.string(), input: json.optional() })),
    })
    .optional(),
});

const outcome = z.object({
  kind: z.literal('outcome'),
  epoch: count,
  run: z.string(),
  inputs: z.string(),
  result: z
    .object({
      outputs: json,
      summary: z.string(),
      evidence: z.array(z.object({ name: z.string(), path: z.string(), sha256: z.string(), bytes: z.number() })),
    })
    .optional(),
  failed: z.string().optional(),
  /** Whether something was left for the undo; ledgers of older versions do not say. */
  remembered: z.boolean().optional(),
});

const entry = z.discriminatedUnion('kind', [
  intent,
  z.object({ kind: z.literal('process'), argv: z.string(), ...group }),
  z.object({ kind: z.literal('ended'), pid: z.int() }),
  outcome,
]);

/** What the ledger of a step holds, a line each, fsynced before what it announces. */
export type Entry = z.infer<typeof entry>;
type Intent = z.infer<typeof intent>;

/** One opening of a step of a go-live. */
export type Opened = Pick<StepTask, 'goLive' | 'phase' | 'phaseAttempt' | 'step' | 'epoch'>;

/** What the journal of one opening of a step says of its deed. */
export interface Journal {
  /** The last one. */
  intent: Intent | undefined;
  /** How it ended, where that is known. */
  outcome: z.infer<typeof outcome> | undefined;
  /** Something stands in it that golive did not write. */
  damaged: boolean;
  empty: boolean;
}

/** @throws the system's error when there is a journal, and it cannot be read */
export async function readJournal(step: Opened): Promise<Journal> {
  const folder = stepFolder(step.goLive.evidenceDir, step);
  const { entries, damaged } = await readLedger(join(folder, LEDGERS.do));
  const last = entries.findLast(({ kind }) => kind === 'intent' || kind === 'outcome');
  return {
    intent: entries.filter((one) => one.kind === 'intent').findLast(({ epoch }) => epoch === step.epoch),
    outcome: last?.kind === 'outcome' && last.epoch === step.epoch ? last : undefined,
    damaged,
    empty: entries.length === 0 && !damaged,
  };
}

/** The whole lines of a ledger; one that is not there is empty. @throws the system's error */
export async function readLedger(path: string): Promise<{ entries: Entry[]; damaged: boolean }> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return '';
    throw error;
  });
  // What follows the last line end was never whole: no deed has begun on it.
  const lines = text.split('\n').slice(0, -1).map(entryOf);
  return { entries: lines.flatMap((one) => one ?? []), damaged: lines.includes(undefined) };
}

/** A line of a ledger; nothing when golive did not write it so. */
function entryOf(line: string): Entry | undefined {
  try {
    return entry.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
