import { isJsonObject, type Json } from '../../model/json.js';
import { readEvidenceAddress } from '../../model/plan/address.js';
import type { StatePlan } from '../../model/plan/plan.js';
import type { GoLiveState } from '../../model/state/state.js';
import { html, type Html, table } from './html.js';
import { causeText, sinceStart } from './words.js';

/** What a step read, and when; or why it is not known. */
interface Reading {
  text: string;
  at?: string | undefined;
  known: boolean;
}

/** One thing before and after. */
interface Beside {
  title: string;
  before: Reading;
  after: Reading;
}

/** The state before beside the state after, as the runbook names it. What was not read is said to be so. */
export function besideEachOther(state: GoLiveState, states: readonly StatePlan[]): Beside[] {
  return states.map(({ title, before, after }) => ({
    title,
    before: readingOf(state, before, 'first'),
    after: readingOf(state, after, 'last'),
  }));
}

/** What was before is what the first attempt read; what is now, the last one. */
function readingOf({ phases }: GoLiveState, from: string, attempt: 'first' | 'last'): Reading {
  const { phase: phaseId, step: stepId, name } = readEvidenceAddress(from);
  const phase = phases.find(({ id }) => id === phaseId);
  const of = (attempt === 'first' ? phase?.history[0] : undefined) ?? phase;
  const step = of?.steps.find(({ id }) => id === stepId);
  if (!step || step.status === 'pending') return { text: 'not read: the step did not run', known: false };
  const value = valueIn(step.outputs, name.split('.'));
  if (value !== undefined) return { text: valueText(value), at: step.endedAt, known: true };
  const why = step.failure?.message ?? step.skipped ?? 'the step did not tell';
  return { text: `not read: ${causeText(why)}`, at: step.endedAt, known: false };
}

function valueIn(value: Json | undefined, [first, ...rest]: readonly string[]): Json | undefined {
  if (first === undefined) return value;
  return value !== undefined && isJsonObject(value) && Object.hasOwn(value, first)
    ? valueIn(value[first], rest)
    : undefined;
}

function valueText(value: Json): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(valueText).join(', ');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return String(Number(value.toFixed(3)));
  return typeof value === 'string' ? (value === '' ? 'empty' : value) : JSON.stringify(value);
}

/** As a table of the report; undefined where the runbook names nothing. */
export function statesTable(state: GoLiveState, states: readonly StatePlan[]): Html | undefined {
  if (states.length === 0) return undefined;
  const cell = ({ text, at, known }: Reading): Html =>
    html`<span class="${known ? '' : 'soft'}">${text}</span>${at === undefined ? '' : html` <span class="soft small">${sinceStart(state, at)}</span>`}`;
  const columns = [{ title: 'What' }, { title: 'Before' }, { title: 'After' }];
  return table(
    columns,
    besideEachOther(state, states).map(({ title, before, after }) => [
      html`<b>${title}</b>`,
      cell(before),
      html`${cell(after)}${before.known && after.known ? html` <span class="soft small">${before.text === after.text ? 'the same' : 'changed'}</span>` : ''}`,
    ]),
  );
}
