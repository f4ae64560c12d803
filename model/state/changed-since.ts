import { addressText } from '../plan/address.js';
import { promisesUndo } from '../plan/limits.js';
import { type Plan, stepsOf } from '../plan/plan.js';
import type { StandingUndo } from '../plan/taking-back.js';
import type { GoLiveState } from './state.js';

/**
 * What an ended go-live changed and nobody took back: steps with an effect that are done, and whose undo stands or that
 * have none. In a phase that was taken back those without an undo are counted too: nobody undid them.
 *
 * @param left undos that a later rollback of it left standing; absent where there was none
 */
export function changesThatStand(
  plan: Pick<Plan, 'phases'>,
  state: Pick<GoLiveState, 'phases' | 'undos'>,
  left: readonly StandingUndo[] = state.undos ?? [],
): string[] {
  return state.phases.flatMap(({ id, steps, history }) => {
    const planned = stepsOf(plan.phases.find((phase) => phase.id === id)?.steps ?? []);
    const begun = [...history.flatMap((earlier) => earlier.steps), ...steps].filter(({ epoch }) => epoch > 0);
    const acted = planned.filter((step) => step.effect !== 'none' && begun.some((record) => record.id === step.id));
    return acted
      .filter((step) =>
        promisesUndo(step)
          ? left.some((undo) => undo.phase === id && undo.step === step.id)
          : begun.some((record) => record.id === step.id && record.status === 'done'),
      )
      .map((step) => addressText({ phase: id, part: step.id }));
  });
}
