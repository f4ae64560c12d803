import type { Plan } from '../../model/plan/plan.js';
import type { GoLiveState } from '../../model/state/state.js';

/** What a bundle says of itself, read strictly. */
export interface Record {
  plan: Plan;
  startedBy: string;
  state: GoLiveState;
}
