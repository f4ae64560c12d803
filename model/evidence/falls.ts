import { type Plan, stepsOf } from '../plan/plan.js';
import type { Fallen } from '../state/contract.js';
import { undoTakesBack } from '../state/standing.js';
import type { PhaseState } from '../state/state.js';
import { eventsOf, type LoggedEvent } from './logged-event.js';
import { readUndone } from './step-place.js';
import { largest } from '../largest.js';

/** That a phase was taken back, and where the log says so. */
export interface Fall extends Fallen {
  seq: number;
}

const ROLLBACK = 'rollback-';

/** What cannot come between the begin of a way back and its end, in a go-live that remembers what it does. */
const IN_BETWEEN = ['rollback.started', 'rollback.ended', 'phase.started', 'decision', 'verdict'] as const;

/**
 * Every time that a phase was taken back, by the log: by its own word; because an undo of one of its steps began, which
 * says it also where the word is left out; or because a way back began whose end the log does not have, as after a reset.
 */
export function fallsOf(plan: Plan, events: readonly LoggedEvent[]): Fall[] {
  const order = eventsOf(events, ...IN_BETWEEN);
  const begun = eventsOf(events, 'phase.started');
  /** The attempts that had begun by then fall: the highest of them. */
  const fall = (seq: number, phase: string, rollback: string): Fall => {
    const attempts = begun.flatMap((one) => (one.phase === phase && one.seq < seq ? (one.attempt ?? 0) : []));
    return { seq, phase, rollback, attempt: largest(attempts) ?? 0 };
  };
  return eventsOf(events, 'phase.taken-back', 'undo.started', 'rollback.started').flatMap((event): Fall[] => {
    const { seq } = event;
    if (event.type === 'phase.taken-back') return [fall(seq, event.phase ?? '', event.rollback ?? '')];
    if (event.type === 'rollback.started') {
      const { rollback = '' } = event;
      const next = order.find((one) => one.seq > seq);
      const ended = next?.type === 'rollback.ended' && next.rollback === rollback;
      return ended ? [] : mayTake(plan, rollback, event.undos).map((phase) => fall(seq, phase, rollback));
    }
    const { phase, step } = readUndone(event.undoes ?? '');
    const rollback = (event.phase ?? '').slice(ROLLBACK.length);
    const planned = plan.phases.find(({ id }) => id === phase);
    const always = stepsOf(planned?.steps ?? []).some((one) => one.id === step && one.undoOn === 'always');
    return undoTakesBack(rollback, always) ? [fall(seq, phase, rollback)] : [];
  });
}

/** Phases that a way back may have taken, of which nothing but its begin is known. */
function mayTake({ phases, rollbacks }: Plan, rollback: string, undos = 1): string[] {
  const ids = phases.map(({ id }): string => id);
  const takesBack: readonly string[] = rollbacks[rollback]?.takesBack ?? [];
  // What is released at the end takes nothing back.
  return ids.filter((id) => (undos > 0 && rollback !== 'release') || takesBack.includes(id));
}

/**
 * The rollback that took the attempt back which a phase is at, as of an event of the log. A fall is behind a phase only
 * when it passed at an attempt that was begun after it: after a reset, an earlier attempt stands in the state once more.
 */
export function takenBackBy(
  { id, attempt, status }: Pick<PhaseState, 'id' | 'attempt' | 'status'>,
  falls: readonly Fall[],
  events: readonly LoggedEvent[],
  before = Number.POSITIVE_INFINITY,
): string | undefined {
  const last = falls.findLast((one) => one.phase === id && one.seq < before);
  if (!last) return undefined;
  const passed = (): boolean =>
    eventsOf(events, 'phase.passed').some(
      (one) => one.phase === id && one.attempt === attempt && one.seq > last.seq && one.seq < before,
    );
  return attempt > last.attempt && (status !== 'passed' || passed()) ? undefined : last.rollback;
}

/** What the log says of each phase that was ever taken back: its last fall. */
export function lastFalls(plan: Plan, events: readonly LoggedEvent[]): Fallen[] {
  const last = new Map(
    fallsOf(plan, events).map(({ phase, attempt, rollback }) => [phase, { phase, attempt, rollback }]),
  );
  return [...last.values()];
}
