import { formatDuration } from '../duration.js';
import type { Json } from '../json.js';
import type { Plan } from './plan.js';

/** What of a plan says how its inputs are written; plans of earlier versions do not say which are durations. */
export type WrittenInputs = Pick<Plan, 'inputs' | 'durations'>;

function written(name: string, value: Json, { durations = [] }: WrittenInputs, text: (value: Json) => string): string {
  return typeof value === 'number' && durations.includes(name) ? formatDuration(value) : text(value);
}

/** Inputs as `--input name=value` takes them again. */
export function inputsAgain(plan: WrittenInputs): string[] {
  const text = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
  return Object.entries(plan.inputs).map(([name, value]) => `${name}=${written(name, value, plan, text)}`);
}

/** Inputs as people read them, a line each: a text in quotes, a duration with its units. */
export function inputLines(plan: WrittenInputs): string[] {
  return Object.entries(plan.inputs).map(([name, value]) => `${name} = ${written(name, value, plan, JSON.stringify)}`);
}
