import type { SampleTask, StepResult, StepTask } from '../model/state/contract.js';
import type { SampleRecord } from '../model/judge/window.js';
import { stepActivity, type StepDeps } from './deed/attempt.js';
import { sampleActivity } from './deed/sample.js';

/** Activities by name: `<kind>`, `undo <kind>` for a kind with an undo of its own, `sample <kind>` for one that only looks. */
export type StepActivities = Record<
  string,
  ((task: StepTask) => Promise<StepResult>) | ((task: SampleTask) => Promise<SampleRecord>)
>;

/** The activities of every step kind in `deps.kinds`. */
export function createStepActivities(deps: StepDeps): StepActivities {
  const activities: StepActivities = {};
  for (const name of deps.kinds.names) {
    const deed = deps.kinds.call(name, 'do');
    activities[name] = stepActivity(deed, deps);
    activities[`sample ${name}`] = sampleActivity(deed, deps);
    const undo = deps.kinds.call(name, 'undo');
    if (undo.handler.undo) activities[`undo ${name}`] = stepActivity(undo, deps);
  }
  return activities;
}
