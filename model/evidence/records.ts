import type { Plan } from '../plan/plan.js';
import type { GoLiveState } from '../state/state.js';

/** What a bundle says of the begin of its go-live: `data/plan.json`. */
export interface Begun {
  plan: Plan;
  /** Of the plan. */
  digest: string;
  startedBy: string;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Whether a value from outside is the record of a begin, as far as the shape of it is used before it is proven. */
export function isBegun(value: unknown): value is Begun {
  return isObject(value) && 'plan' in value && isPlan(value.plan);
}

function isPlan(value: unknown): boolean {
  return (
    isObject(value) && 'phases' in value && Array.isArray(value.phases) && 'target' in value && isObject(value.target)
  );
}

/** Whether a value from outside is the state of a go-live, likewise. */
export function isGoLiveState(value: unknown): value is GoLiveState {
  return isObject(value) && 'phases' in value && Array.isArray(value.phases) && 'startedAt' in value;
}
