import type { JsonObject } from '../json.js';
import type { Plan } from './plan.js';

/** Values that expressions may use; `phases` holds the outputs of finished phases by phase and step. */
export interface Values {
  inputs: JsonObject;
  target: JsonObject;
  run: JsonObject;
  phases: Record<string, { steps: Record<string, JsonObject> }>;
}

/**
 * Values for expressions outside a phase's own steps.
 *
 * @param startedAt of the go-live, ISO 8601
 * @param attempt the phase's
 */
export function valuesOf(plan: Plan, startedAt: string, attempt: number, phases: Values['phases']): Values {
  const stamp = startedAt.replace(/[-:]|\.\d+/g, '');
  return {
    inputs: plan.inputs,
    target: { id: plan.target.id, variables: plan.target.variables },
    run: {
      id: plan.goLiveId,
      mode: plan.mode,
      started: startedAt,
      stamp,
      attempt,
      timeScale: plan.timeScale,
      schedule: plan.schedule?.id ?? '',
    },
    phases,
  };
}
