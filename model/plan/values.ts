import type { JsonObject } from '../json.js';
import type { PhaseId } from './address.js';
import { restsOn, runsBeside } from './needs.js';
import type { Plan } from './plan.js';
import { looksOnly } from './schedule.js';

/** Values that expressions may use; `phases` holds the outputs of finished phases by phase and step. */
export interface Values {
  inputs: JsonObject;
  target: JsonObject;
  run: JsonObject;
  phases: Record<string, { steps: Record<string, JsonObject> }>;
}

/**
 * Values for expressions outside a phase's own steps. Where phases run beside each other, a phase sees those that it
 * waits for: what others have given by then would be chance.
 *
 * @param startedAt of the go-live, ISO 8601
 * @param attempt the phase's
 * @param of the phase; without it, all that is over is seen
 */
export function valuesOf(
  plan: Plan,
  startedAt: string,
  attempt: number,
  phases: Values['phases'],
  of?: PhaseId,
): Values {
  // A rollback of an earlier go-live names the same things as it would have done then.
  const { goLive: id = plan.goLiveId, startedAt: started = startedAt } = plan.takesBack ?? {};
  const stamp = started.replace(/[-:]|\.\d+/g, '');
  return {
    inputs: plan.inputs,
    target: { id: plan.target.id, variables: plan.target.variables },
    run: {
      id,
      mode: plan.mode,
      started,
      stamp,
      attempt,
      timeScale: plan.timeScale,
      // What looks only looks as the go-live that people start would.
      schedule: looksOnly(plan) ? '' : (plan.schedule?.id ?? ''),
    },
    phases: of !== undefined && runsBeside(plan.phases) ? only(phases, restsOn(plan.phases, of)) : phases,
  };
}

function only(phases: Values['phases'], ids: readonly string[]): Values['phases'] {
  return Object.fromEntries(Object.entries(phases).filter(([id]) => ids.includes(id)));
}
