import { createStepActivities } from '../activities/create.js';
import { createSystemActivities, type SystemDeps } from '../activities/system.js';
import type { StepDeps } from '../activities/deed/attempt.js';

/** Every activity that a worker offers: the step kinds, and what the workflows need besides. */
export function createActivities(deps: StepDeps & SystemDeps) {
  return { ...createStepActivities(deps), ...createSystemActivities(deps) };
}
