import type { PhaseId } from '../plan/address.js';
import { mayGoOn, type Verdict } from '../verdict.js';
import type { GoLiveState, PhaseState, PhaseStatus, UndoEntry } from './state.js';

/** A way back that came to its end, as far as it says what does not stand any more. */
export interface Back {
  /** R1…, `undo` or `release`. */
  rollback: string;
  /** The undos that it took. */
  undos: readonly Pick<UndoEntry, 'phase' | 'always'>[];
  /** The phase that a named rollback was run for. */
  failed?: PhaseId | undefined;
  /** Phases that its own steps take back. */
  takesBack?: readonly PhaseId[] | undefined;
}

/** Ways back that end a go-live: what is released then, whatever the verdict, takes nothing back. */
const AT_THE_END = ['undo', 'release'];

/** Whether an undo says that its phase does not stand any more. */
export function undoTakesBack(rollback: string, always: boolean): boolean {
  return !(always && AT_THE_END.includes(rollback));
}

/** The phases that a way back takes back, in order: each of which an undo was tried, since half undone is not done. */
export function fallenBy(
  { rollback, undos, failed, takesBack = [] }: Back,
  phases: readonly PhaseState[],
): PhaseState[] {
  const undone = undos.filter(({ always }) => undoTakesBack(rollback, always)).map(({ phase }) => phase);
  return phases.filter(
    ({ id, attempt }) => attempt > 0 && (id === failed || takesBack.includes(id) || undone.includes(id)),
  );
}

/** How it stands for people: what passed its gates and is not over waits for those who accept its results. */
export function shownStatus({ status, endedAt }: Pick<PhaseState, 'status' | 'endedAt'>): PhaseStatus {
  return status === 'passed' && endedAt === undefined ? 'waiting' : status;
}

/** Whether its last attempt did not pass, whatever was taken back since. */
export function didNotPass({ status, verdict }: Pick<PhaseState, 'status' | 'verdict'>): boolean {
  const bad = verdict !== undefined && !mayGoOn(verdict);
  return status === 'failed' || status === 'cancelled' || (status === 'taken-back' && bad);
}

/** What people are shown of a phase in one word: that it is undone comes before what it was. */
export function shownAs({ status, verdict }: Pick<PhaseState, 'status' | 'verdict'>): PhaseStatus | Verdict {
  return status === 'taken-back' ? status : (verdict ?? status);
}

/** Where a go-live goes on after a rollback: at the earliest phase that was taken back, or earlier where it is told. */
export function goesOnAt(phases: readonly PhaseState[], target: PhaseId): PhaseId {
  const over = ({ status, passedOver }: PhaseState): boolean => status === 'taken-back' && !passedOver;
  return phases.find((phase) => phase.id === target || over(phase))?.id ?? target;
}

/** Ways back that took something back, or may have: of a go-live that was stopped to keep what it did, all that is not kept. */
export interface TakenBack {
  /** Ids, in the order in which they began. */
  ways: string[];
  /** The one that is under way. */
  running?: string | undefined;
  /** What does not stand any more, and by what: `Deploy by R1`. */
  phases: string[];
}

/** What was taken back up to now. To release what was held takes nothing back. */
export function takenBackSoFar({ rollbacks, phases }: Pick<GoLiveState, 'rollbacks' | 'phases'>): TakenBack {
  const back = rollbacks.filter(({ id }) => id !== 'release');
  const fallen = phases.filter(({ status }) => status === 'taken-back');
  const ways = new Set([...back.map(({ id }) => id), ...fallen.map(({ takenBackBy = 'a rollback' }) => takenBackBy)]);
  return {
    ways: [...ways],
    running: back.find(({ status }) => status === 'running')?.id,
    phases: fallen.map(({ title, takenBackBy = 'a rollback' }) => `${title} by ${takenBackBy}`),
  };
}
