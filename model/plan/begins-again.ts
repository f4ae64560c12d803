import type { PhaseId } from './address.js';
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

const hasUndo = ({ undo, ownUndo }: StepPlan): boolean => (undo ? undo.length > 0 : ownUndo);

/**
 * Where a go-live begins again when a phase failed: at the earliest of the phase that is to follow and of those that the
 * rollback takes back, since what follows would stand on what is not there.
 *
 * @param target what is to follow: the phase that `return` names, or the failed phase itself
 */
export function beginsAgainAt(plan: Pick<Plan, 'phases' | 'rollbacks'>, failed: PhasePlan, target: PhaseId): PhaseId {
  const upTo = plan.phases.slice(0, plan.phases.indexOf(failed) + 1);
  const rollback = plan.rollbacks[failed.onFail.rollback ?? ''];
  const gone = rollback
    ? takenBack(
        rollback,
        upTo.map(({ id, steps }) => ({ id, undoes: stepsOf(steps).some(hasUndo) })),
        failed.id,
      )
    : [];
  return upTo.find(({ id }) => id === target || gone.includes(id))?.id ?? target;
}
