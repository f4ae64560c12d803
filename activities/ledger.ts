import type { StepResult, StepTask } from '../model/contract.js';
import type { Effect } from '../model/plan.js';
import { openAppender } from './line-appender.js';
import { BOOT, endGroup, groupRuns, isRunning, startTimeOf } from './process-group.js';
import type { FencedEvidence } from './step-evidence.js';
import { StepError } from './step-error.js';

/** What the ledger of a step holds, a line each, fsynced before what it announces. */
type Entry =
  | { kind: 'intent'; epoch: number; attempt: number; run: string; inputs: string }
  | { kind: 'process'; pid: number; startTime: string | null; boot: string; argv: string }
  | { kind: 'ended'; pid: number }
  | { kind: 'outcome'; epoch: number; run: string; result?: StepResult; failed?: string };

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
  started(group: { pid: number; startTime: string | null; argvDigest: string }): Promise<void>;
  ended(pid: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the ledger of a step and settles what an earlier attempt left: command groups that still run are ended,
 * a known outcome is handed back, and a deed that must not be repeated and may have happened stops here.
 *
 * @param name file name in the step's folder
 * @throws StepError OUTCOME_UNKNOWN for effect `once` with an intent and no outcome
 */
export async function openLedger(task: StepTask, evidence: FencedEvidence, deed: Deed, name: string): Promise<Ledger> {
  const nothing = { name, path: name, sha256: '', bytes: 0 };
  const file = await openAppender(await evidence.place(name), evidence.mayWrite, async () => nothing);
  const entries = file.existing.flatMap(parseEntry);
  const write = (entry: Entry): Promise<void> => file.append(JSON.stringify(entry));
  const { epoch, run } = deed;

  await endLeftovers(entries);
  const mine = entries.filter((entry) => (entry.kind === 'intent' || entry.kind === 'outcome') && entry.epoch === epoch);
  const last = mine.at(-1);
  const outcome = last?.kind === 'outcome' && last.run === run ? last.result : undefined;
  const doubtful = last?.kind === 'intent' ? 'its worker died before the outcome was known' : undefined;
  const earlier = last?.kind === 'outcome' && last.result ? 'an earlier run of this go-live has done it' : undefined;
  if (!outcome && deed.effect === 'once' && (doubtful ?? earlier)) {
    await file.close();
    throw new StepError(
      'OUTCOME_UNKNOWN',
      `Step ${task.step} must not be repeated: it had begun, and ${doubtful ?? earlier}.`,
      { hint: 'Look whether the deed is done; then skip the step, or retry it if it is not.' },
    );
  }
  return {
    outcome,
    // A step that changes nothing may simply be done again: no intent to keep.
    intent: async () => {
      if (deed.effect === 'none') return;
      await write({ kind: 'intent', epoch, attempt: deed.attempt, run, inputs: deed.inputs });
    },
    done: async (result) => {
      if (deed.effect !== 'none') await write({ kind: 'outcome', epoch, run, result });
    },
    failed: async (code) => {
      if (deed.effect !== 'none') await write({ kind: 'outcome', epoch, run, failed: code });
    },
    started: ({ pid, startTime, argvDigest }) => write({ kind: 'process', pid, startTime, boot: BOOT, argv: argvDigest }),
    ended: (pid) => write({ kind: 'ended', pid }),
    close: async () => {
      await file.close();
    },
  };
}

function parseEntry(line: string): Entry[] {
  try {
    return [JSON.parse(line) as Entry];
  } catch {
    return [];
  }
}

async function endLeftovers(entries: Entry[]): Promise<void> {
  const ended = new Set(entries.flatMap((entry) => (entry.kind === 'ended' ? [entry.pid] : [])));
  const groups = entries.flatMap((entry) => (entry.kind === 'process' && !ended.has(entry.pid) ? [entry] : []));
  // A group id is not given out again while a member lives, so a group without its leader is still ours.
  const alive = groups.filter(
    ({ pid, startTime, boot }) =>
      boot === BOOT && startTime !== null && (isRunning(pid, startTime) || (startTimeOf(pid) === null && groupRuns(pid))),
  );
  await Promise.all(alive.map(({ pid }) => endGroup(pid, 2000)));
}
