import type { Json, JsonObject } from '../json.js';
import { bytesOf } from '../plan/limits.js';
import type { UndoCallEntry } from './contract.js';
import type { GoLiveState, StepRecord } from './state.js';

/**
 * What travels between a go-live, its phases and their steps. A payload is bounded, so of what a step gives only that
 * goes along which the plan reads or people are shown; the whole stands in the evidence.
 */

/** Stands for every output of a step, where an expression reads it as a whole. */
export const ALL_OUTPUTS = '*';
/** Longest text, and longest list or object as JSON, that people are shown of an output. */
const SHOWN_TEXT = 200;
const SHOWN_JSON = 1000;
/** A longer input of an undo stays in the journal of its step. */
const UNDO_INPUT_BYTES = 256;
/** Records that are larger together lose what they have for people. */
const RECORDS_BYTES = 1024 * 1024;

/** The outputs that expressions of the plan read, as they are. @param reads undefined: of an earlier version, all of them */
export function outputsRead(outputs: JsonObject, reads: readonly string[] | undefined): JsonObject {
  if (reads === undefined || reads.includes(ALL_OUTPUTS)) return outputs;
  return Object.fromEntries(Object.entries(outputs).filter(([name]) => reads.includes(name)));
}

/** What of a step's outputs travels: what expressions read as it is, the rest as far as people are shown it. */
export function outputsThatTravel(outputs: JsonObject, reads: readonly string[] | undefined): JsonObject {
  return { ...outputsShown(outputs), ...outputsRead(outputs, reads) };
}

/** Outputs for people: short ones as they are, a long text cut, of anything else that is long its size. */
export function outputsShown(outputs: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, shown(value)]));
}

function shown(value: Json): Json {
  if (typeof value === 'string') return value.length > SHOWN_TEXT ? `${value.slice(0, SHOWN_TEXT)}…` : value;
  if (value === null || typeof value !== 'object') return value;
  const { length } = JSON.stringify(value);
  return length > SHOWN_JSON ? `${length} characters of JSON, in the evidence` : value;
}

/** A call of an undo without an input that is long: it is read from the journal then. */
export function undoThatTravels({ input, ...call }: UndoCallEntry): UndoCallEntry {
  return input === undefined || bytesOf(input) > UNDO_INPUT_BYTES ? call : { ...call, input };
}

/** The records of a phase; when they are too many, without what only people read. @param readsOf outputs that travel whole, by step */
export function recordsThatTravel(
  records: StepRecord[],
  readsOf: (step: string) => readonly string[] | undefined,
): StepRecord[] {
  return bytesOf(records) > RECORDS_BYTES ? records.map((record) => lean(record, readsOf(record.id))) : records;
}

function lean({ summary, outputs, ...record }: StepRecord, reads: readonly string[] | undefined): StepRecord {
  return {
    ...record,
    ...(summary === undefined ? {} : { summary: summary.slice(0, SHOWN_TEXT) }),
    ...(outputs ? { outputs: outputsRead(outputs, reads) } : {}),
  };
}

/** Keeps the state as small as its phases are: what is only shown goes first from what is over. */
export function lightenState({ phases }: Pick<GoLiveState, 'phases'>): void {
  if (bytesOf(phases) <= RECORDS_BYTES) return;
  for (const phase of phases) {
    phase.steps = phase.steps.map((record) => lean(record, []));
    for (const earlier of phase.history) earlier.steps = earlier.steps.map((record) => lean(record, []));
  }
}
