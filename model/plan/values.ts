import type { JsonObject } from '../json.js';
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
 * Values for expressions outside a phase's own steps.
 *
 * @param startedAt of the go-live, ISO 8601
 * @param attempt the phase's
 */
export function valuesOf(plan: Plan, startedAt: string, attempt: number, phases: Values['phases']): Values {
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
    phases,
  };
}
