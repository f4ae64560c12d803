import { createStepActivities } from '../activities/create.js';
import { createSystemActivities, type SystemDeps } from '../activities/system.js';
import type { StepDeps } from '../activities/deed/attempt.js';
import { kindShows } from '../kinds/catalog.js';
import { stepCalls } from '../kinds/hands.js';

/** Every activity that a worker offers: the step kinds, and what the workflows need besides. */
export function createActivities(deps: Omit<StepDeps, 'kinds'> & Omit<SystemDeps, 'shows' | 'kinds'>) {
  return {
    ...createStepActivities({ ...deps, kinds: stepCalls }),
    ...createSystemActivities({ ...deps, kinds: stepCalls, shows: kindShows }),
  };
}
