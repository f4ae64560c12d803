import { continueAsNew, defineQuery, setCurrentDetails, setHandler, sleep, workflowInfo } from '@temporalio/workflow';
import type { SampleTask } from '../model/state/contract.js';
import {
  dueAt,
  emptyTally,
  endOf,
  QUERY_WINDOW,
  type SampleRecord,
  tallied,
  type WindowPlan,
  type WindowTally,
  type WindowView,
} from '../model/judge/window.js';
import { windowBoard } from '../model/judge/window-text.js';
import { takeSample } from './activities.js';

/** History events after which the window goes on in a new execution; the server suggests it at 4,096. */
const EVENTS = 3000;
/** Samples that the board shows. */
const SHOWN = 10;

export interface MonitorWindow {
  /** Kind of the step that is sampled. */
  uses: string;
  plan: WindowPlan;
  /** What every sample is told, but its number and times. */
  task: Omit<SampleTask, 'sample'>;
  /** What an earlier execution had come to. */
  carried?: { startedMs: number; tally: WindowTally; last: SampleRecord[]; events: number };
}

/** What became of a window, with the history events of all its executions. */
export interface WindowResult {
  tally: WindowTally;
  events: number;
}

const windowQuery = defineQuery<WindowView>(QUERY_WINDOW);

/**
 * Takes a step once in every interval, for days: never early, each slot once, whatever is restarted meanwhile. A slot
 * that could not be taken in time is missed, which is no good sample. Goes on in a new execution before its history is long.
 */
export async function monitorWindow(window: MonitorWindow): Promise<WindowResult> {
  const { plan, task, uses, carried } = window;
  const startedMs = carried?.startedMs ?? Date.now();
  const scale = task.goLive.timeScale;
  let tally = carried?.tally ?? emptyTally();
  let last = carried?.last ?? [];
  let due: number | null = null;
  const show = () => setCurrentDetails(windowBoard(task.title, plan, tally, last));
  setHandler(windowQuery, () => ({ tally, plan, nextDue: due === null ? null : new Date(due).toISOString() }));
  show();

  const isOver = (at: WindowTally): boolean => endOf(plan, at, task.guards) !== undefined;
  while (!isOver(tally)) {
    const n = tally.slots + 1;
    due = dueAt(plan, startedMs, n, scale);
    while (Date.now() < due) await sleep(due - Date.now());
    const missed = lastMissed(plan, tally, isOver, startedMs, scale);
    const record = await takeSample(uses, {
      ...task,
      sample: {
        n,
        due: new Date(due).toISOString(),
        startedMs,
        plan,
        ...(missed === undefined ? {} : { missed }),
        ...(tally.totals ? { totals: tally.totals } : {}),
      },
    });
    for (let slot = n; slot < record.n; slot += 1) tally = tallied(tally, 'missed');
    tally = tallied(tally, record.outcome, record);
    last = [...last, record].slice(-SHOWN);
    show();
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    if (!isOver(tally) && (historyLength > EVENTS || continueAsNewSuggested)) {
      const events = (carried?.events ?? 0) + historyLength;
      await continueAsNew<typeof monitorWindow>({ ...window, carried: { startedMs, tally, last, events } });
    }
  }
  return { tally, events: (carried?.events ?? 0) + workflowInfo().historyLength };
}

/** The last slot of those that come next which is too late to be taken now; undefined when the next is in time. */
function lastMissed(
  plan: WindowPlan,
  tally: WindowTally,
  isOver: (tally: WindowTally) => boolean,
  startedMs: number,
  scale: number,
): number | undefined {
  const tooLate = (slot: number): boolean => Date.now() > dueAt(plan, startedMs, slot, scale) + plan.lateMs / scale;
  let missed = tally;
  while (!isOver(missed) && tooLate(missed.slots + 1)) missed = tallied(missed, 'missed');
  return missed.slots > tally.slots ? missed.slots : undefined;
}
