import { formatDuration } from '../duration.js';
import type { Json } from '../json.js';
import type { Plan } from './plan.js';

/** What of a plan says how its inputs are written; plans of earlier versions do not say which are durations. */
export type WrittenInputs = Pick<Plan, 'inputs' | 'durations'>;

/** Characters that nobody sees: a shell, a page or a terminal may lose them. */
const UNSEEN = /[\p{Cc}\p{Cf}]/u;

/** Inputs as `--input` takes them again: `name=text`, or `name:=` and JSON where the same text would be another value. */
export function inputsAgain({ inputs, durations = [] }: WrittenInputs): string[] {
  return Object.entries(inputs).map(([name, value]) => {
    if (typeof value === 'number' && durations.includes(name)) return `${name}=${formatDuration(value)}`;
    if (typeof value === 'string') return UNSEEN.test(value) ? `${name}:=${seen(value)}` : `${name}=${value}`;
    return typeof value === 'object' && value !== null ? `${name}=${seen(value)}` : `${name}:=${seen(value)}`;
  });
}

/** JSON in which every character can be seen. */
function seen(value: Json): string {
  const escaped = (part: string): string =>
    [...Array(part.length).keys()].map((at) => `\\u${part.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
  return JSON.stringify(value).replace(/[\p{Cc}\p{Cf}]/gu, escaped);
}

/** Inputs as people read them, a line each: a text in quotes, a duration with its units. */
export function inputLines({ inputs, durations = [] }: WrittenInputs): string[] {
  return Object.entries(inputs).map(([name, value]) => {
    const text = typeof value === 'number' && durations.includes(name) ? formatDuration(value) : JSON.stringify(value);
    return `${name} = ${text}`;
  });
}
