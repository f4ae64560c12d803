import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepResult, StepTask } from '../model/contract.js';
import type { Effect } from '../model/plan.js';
import { openAppender } from './line-appender.js';
import { endGroup, type NotedGroup, notedGroupRuns } from './process-group.js';
import { earlierFolders, type FencedEvidence } from './step-evidence.js';
import type { LineAppender } from './step.js';
import { StepError } from './step-error.js';

/** File names in a step's folder: what its deed and its undo keep. */
export const LEDGERS = { do: 'ledger.jsonl', undo: 'undo-ledger.jsonl' } as const;

/** What the ledger of a step holds, a line each, fsynced before what it announces. */
type Entry =
  | { kind: 'intent'; epoch: number; attempt: number; run: string; inputs: string }
  | ({ kind: 'process'; argv: string } & NotedGroup)
  | { kind: 'ended'; pid: number }
  | { kind: 'outcome'; epoch: number; run: string; inputs: string; result?: StepResult; failed?: string };

/** Who acts: the same epoch of the same workflow run is one deed, however many attempts it takes. */
export interface Deed {
  epoch: number;
  attempt: number;
  /** Workflow run id: a go-live that is begun anew does not inherit outcomes. */
  run: string;
  /** SHA-256 of the input. */
  inputs: string;
  effect: Effect;
}

export interface Ledger {
  /** The outcome of the same deed, when a killed worker had reached it and could not report it. */
  outcome?: StepResult;
  /** Announces the deed; nothing is done before it has resolved. */
  intent(): Promise<void>;
  done(result: StepResult): Promise<void>;
  failed(code: string): Promise<void>;
  started(group: NotedGroup, argvDigest: string): Promise<void>;
  ended(pid: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the ledger of a step and settles what an earlier attempt left: command groups that still run are ended,
 * a known outcome is handed back, and a deed that must not be repeated and may have happened stops here.
 *
 * @throws StepError OUTCOME_UNKNOWN for effect `once` when the deed has begun before
 */
export async function openLedger(task: StepTask, evidence: FencedEvidence, deed: Deed, name: string): Promise<Ledger> {
  const entries = await readLedger(join(evidence.directory, name));
  const { epoch, run, inputs } = deed;
  // A step that changes nothing may simply be done again: no intent and no outcome to keep.
  const kept = deed.effect !== 'none';
  let file: Promise<LineAppender> | undefined;
  const write = async (entry: Entry): Promise<void> => {
    file ??= evidence
      .place(name)
      .then((path) => openAppender(path, evidence.mayWrite, async () => ({ name, path: name, sha256: '', bytes: 0 })));
    await (await file).append(JSON.stringify(entry));
  };

  await endLeftovers(entries);
  // A person who opens the step again may do so while the old command still acts.
  for (const folder of earlierFolders(task)) await endLeftovers(await readLedger(join(folder, name)));
  const last = entries.findLast(
    (entry) => (entry.kind === 'intent' || entry.kind === 'outcome') && entry.epoch === epoch,
  );
  const outcome = last?.kind === 'outcome' && last.run === run && last.inputs === inputs ? last.result : undefined;
  if (!outcome && deed.effect === 'once') refuseRepeat(task, last);
  return {
    outcome,
    intent: async () => {
      if (kept) await write({ kind: 'intent', epoch, attempt: deed.attempt, run, inputs });
    },
    done: async (result) => {
      if (kept) await write({ kind: 'outcome', epoch, run, inputs, result });
    },
    failed: async (code) => {
      if (kept) await write({ kind: 'outcome', epoch, run, inputs, failed: code });
    },
    started: (group, argv) => write({ kind: 'process', ...group, argv }),
    ended: (pid) => write({ kind: 'ended', pid }),
    close: async () => {
      await (await file)?.close();
    },
  };
}

function refuseRepeat(task: StepTask, last: Entry | undefined): void {
  const doubtful = last?.kind === 'intent' ? 'its worker died before the outcome was known' : undefined;
  const earlier = last?.kind === 'outcome' && last.result ? 'it has been done before' : undefined;
  if (!doubtful && !earlier) return;
  throw new StepError(
    'OUTCOME_UNKNOWN',
    `Step ${task.step} must not be repeated: it had begun, and ${doubtful ?? earlier}.`,
    { hint: 'Look whether the deed is done; then skip the step, or retry it if it is not.' },
  );
}

/** The whole lines of a ledger; a line that a killed writer left torn is passed over. */
async function readLedger(path: string): Promise<Entry[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as Entry];
    } catch {
      return [];
    }
  });
}

/** Ends the command groups that a killed worker left running, as the ledger in this folder knows them. */
export async function endLeftoversOf(folder: string): Promise<void> {
  await endLeftovers(await readLedger(join(folder, LEDGERS.do)));
}

async function endLeftovers(entries: Entry[]): Promise<void> {
  const ended = new Set(entries.flatMap((entry) => (entry.kind === 'ended' ? [entry.pid] : [])));
  const groups = entries.flatMap((entry) => (entry.kind === 'process' && !ended.has(entry.pid) ? [entry] : []));
  const alive = groups.filter(notedGroupRuns);
  await Promise.all(alive.map(({ pid }) => endGroup(pid, 2000)));
}
