import type { PhaseId } from './address.js';
import { withDependents } from './needs.js';
import { type PhasePlan, type Plan, type RollbackPlan, stepsOf, type StepPlan } from './plan.js';

/** As much of a phase as says whether a rollback would take it back. */
export interface Undoable {
  id: string;
  /** A step of it has an undo. */
  undoes: boolean;
}

/**
 * The phases that a rollback takes back when one fails on the straight way, in the order in which they run. The failed
 * one is among them where anything is rolled back at all.
 *
 * @param phases those up to the failed one
 */
export function takenBack(
  { undo, takesBack = [] }: { undo: RollbackPlan['undo']; takesBack?: readonly string[] | undefined },
  phases: readonly Undoable[],
  failed: string,
): string[] {
  return phases
    .filter(({ id, undoes }) => id === failed || takesBack.includes(id) || (undo === 'all' && undoes))
    .map(({ id }) => id);
}

/**
 * The phases that are taken again when one failed where phases run beside each other: the phase that is to follow, the
 * failed one, what the rollback takes back of all that may have begun by then, and what waits for any of these.
 *
 * @param target as of `beginsAgainAt`
 */
export function takenAgain(plan: Pick<Plan, 'phases' | 'rollbacks'>, failed: PhasePlan, target: PhaseId): PhaseId[] {
  const behind = withDependents(plan.phases, [failed.id]).filter((id) => id !== failed.id);
  const begun = plan.phases.filter(({ id }) => !behind.includes(id));
  return withDependents(begun, [target, failed.id, ...goneWith(plan, failed, begun)]);
}

/** The phases that the rollback of a failed one takes back. */
function goneWith({ rollbacks }: Pick<Plan, 'rollbacks'>, failed: PhasePlan, begun: readonly PhasePlan[]): PhaseId[] {
  const rollback = rollbacks[failed.onFail.rollback ?? ''];
  if (!rollback) return [];
  const undoable = begun.map(({ id, steps }) => ({ id, undoes: stepsOf(steps).some(hasUndo) }));
  const gone = takenBack(rollback, undoable, failed.id);
  return begun.map(({ id }) => id).filter((id) => gone.includes(id));
}

const hasUndo = ({ undo, ownUndo }: StepPlan): boolean => (undo ? undo.length > 0 : ownUndo);

/**
 * Where a go-live begins again when a phase failed: at the earliest of the phase that is to follow and of those that the
 * rollback takes back, since what follows would stand on what is not there.
 *
 * @param target what is to follow: the phase that `return` names, or the failed phase itself
 */
export function beginsAgainAt(plan: Pick<Plan, 'phases' | 'rollbacks'>, failed: PhasePlan, target: PhaseId): PhaseId {
  const upTo = plan.phases.slice(0, plan.phases.indexOf(failed) + 1);
  const gone = goneWith(plan, failed, upTo);
  return upTo.find(({ id }) => id === target || gone.includes(id))?.id ?? target;
}
