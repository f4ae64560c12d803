import { fallsOf, takenBackBy } from '../../model/evidence/falls.js';
import { eventsOf, type LoggedEvent } from '../../model/evidence/logged-event.js';
import type { Plan } from '../../model/plan/plan.js';
import type { GoLiveState, PhaseState } from '../../model/state/state.js';
import type { Findings } from './finding.js';

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
  for (const phase of state.phases) {
    const { id, status } = phase;
    const by = takenBackBy(phase, falls, events);
    if (told && by !== undefined && status === 'passed')
      findings.add('policy', id, `stands by the state, and the log says that ${by} took it back`);
    if (status === 'taken-back' && by === undefined)
      findings.add('policy', id, 'is taken back by the state, and the log does not say so');
    checkAttempts(phase, events, findings);
  }
}

/** Attempts are counted up: where they go back, the workflow was sent back to what it was, and the world was not. */
function checkAttempts({ id, attempt }: PhaseState, events: readonly LoggedEvent[], findings: Findings): void {
  let highest = 0;
  for (const begun of eventsOf(events, 'phase.started')) {
    if (begun.phase !== id || begun.attempt === undefined) continue;
    if (begun.attempt < highest)
      findings.add('history', id, `began attempt ${begun.attempt} after attempt ${highest}: its workflow was reset`);
    highest = Math.max(highest, begun.attempt);
  }
  if (attempt < highest)
    findings.add('history', id, `began attempt ${highest}, and the state knows of ${attempt}: its workflow was reset`);
}
