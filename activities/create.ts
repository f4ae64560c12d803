import type { SampleTask, StepResult, StepTask } from '../model/state/contract.js';
import type { SampleRecord } from '../model/judge/window.js';
import type { JsonObject } from '../model/json.js';
import type { StepKind } from '../model/schema/format/kind.js';
import { stepKinds } from '../kinds/catalog.js';
import { sampleActivity } from './deed/sample.js';
import type { StepCall, StepHandler } from './step/step.js';
import { stepHandlers } from '../kinds/hands.js';
import { stepActivity, type StepDeps } from './deed/attempt.js';

/** Activities by name: `<kind>`, `undo <kind>` for a kind with an undo of its own, `sample <kind>` for one that only looks. */
export type StepActivities = Record<
  string,
  ((task: StepTask) => Promise<StepResult>) | ((task: SampleTask) => Promise<SampleRecord>)
>;

/**
 * The activities of every step kind.
 *
 * @throws Error for a kind without hands
 */
export function createStepActivities(deps: StepDeps): StepActivities {
  const activities: StepActivities = {};
  for (const name of Object.keys(stepKinds)) {
    activities[name] = stepActivity(stepCall(name, 'do'), deps);
    activities[`sample ${name}`] = sampleActivity(stepCall(name, 'do'), deps);
    const undo = stepCall(name, 'undo');
    if (undo.handler.undo) activities[`undo ${name}`] = stepActivity(undo, deps);
  }
  return activities;
}

/** One kind's deed or undo. */
export function stepCall(name: string, part: 'do' | 'undo'): StepCall {
  const kind = (stepKinds as Record<string, StepKind>)[name];
  // Each handler takes what its own kind's schema gives; the table has checked that they belong together.
  const handler = (stepHandlers as unknown as Record<string, StepHandler<unknown, JsonObject>>)[name];
  if (!kind || !handler) throw new Error(`The step kind ${name} has no schema or no handler in the tables.`);
  return { name, part, kind, handler };
}
