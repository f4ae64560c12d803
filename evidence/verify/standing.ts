import { eventsOf, type LoggedEvent } from '../../model/evidence/logged-event.js';
import { readUndone } from '../../model/evidence/step-place.js';
import { type Plan, stepsOf } from '../../model/plan/plan.js';
import { undoTakesBack } from '../../model/state/standing.js';
import type { GoLiveState } from '../../model/state/state.js';
import type { Findings } from './finding.js';

/** That a phase was taken back, and where the log says so. */
export interface Fall {
  seq: number;
  phase: string;
  rollback: string;
}

const ROLLBACK = 'rollback-';

/**
 * Every time that a phase was taken back, by the log: by its own word, or because an undo of one of its steps began. An
 * undo says it also where the word is left out.
 */
export function fallsOf(plan: Plan, events: readonly LoggedEvent[]): Fall[] {
  return eventsOf(events, 'phase.taken-back', 'undo.started').flatMap((event): Fall[] => {
    const { seq } = event;
    if (event.type === 'phase.taken-back') return [{ seq, phase: event.phase ?? '', rollback: event.rollback ?? '' }];
    const { phase, step } = readUndone(event.undoes ?? '');
    const rollback = (event.phase ?? '').slice(ROLLBACK.length);
    const planned = plan.phases.find(({ id }) => id === phase);
    const always = stepsOf(planned?.steps ?? []).some((one) => one.id === step && one.undoOn === 'always');
    return undoTakesBack(rollback, always) ? [{ seq, phase, rollback }] : [];
  });
}

/** The rollback that took a phase back and after which it was not begun again, as of an event of the log. */
export function takenBackBy(
  phase: string,
  falls: readonly Fall[],
  events: readonly LoggedEvent[],
  before = Number.POSITIVE_INFINITY,
): string | undefined {
  const begun = eventsOf(events, 'phase.started').findLast((one) => one.phase === phase && one.seq < before);
  return falls.findLast((one) => one.phase === phase && one.seq < before && one.seq > (begun?.seq ?? -1))?.rollback;
}

/** What the state says of each phase, against what the log says was taken back. */
export function checkStanding(
  plan: Plan,
  state: GoLiveState,
  events: readonly LoggedEvent[],
  findings: Findings,
): void {
  // A log from before there was the word tells of undos alone; what rests on such a phase is found with its decision.
  const falls = fallsOf(plan, events);
  const told = eventsOf(events, 'phase.taken-back').length > 0;
  for (const { id, status } of state.phases) {
    const by = takenBackBy(id, falls, events);
    if (told && by !== undefined && status === 'passed')
      findings.add('policy', id, `stands by the state, and the log says that ${by} took it back`);
    if (status === 'taken-back' && by === undefined)
      findings.add('policy', id, 'is taken back by the state, and the log does not say so');
  }
}
