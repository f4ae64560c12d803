import type { JsonObject } from '../json.js';
import { optional, text } from './field.js';
import { EVENTS, type EventType, type Facts, type Fields } from './events.js';

/** One line of a log, as a reader takes it: what is not as the table says is left out. */
export type LoggedEvent<T extends EventType = EventType> =
  | (T extends EventType ? { seq: number; type: T; time?: string } & Partial<Facts<T>> : never)
  | UnknownEvent;
/** A line of another version: it counts in the chain and is not judged. */
export interface UnknownEvent {
  seq: number;
  type: 'unknown';
}

/** What the workflow adds to any event. */
const TIME = optional(text('Workflow time, ISO 8601.'));

/** The events of these types, in order. */
export function eventsOf<T extends EventType>(
  events: readonly LoggedEvent[],
  ...types: readonly T[]
): Extract<LoggedEvent, { type: T }>[] {
  return events.filter((event): event is Extract<LoggedEvent, { type: T }> =>
    types.some((type) => type === event.type),
  );
}

function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENTS, type);
}

/**
 * Names the first field of a line that is not as the table says: missing, or of another type. Undefined where all are, and
 * for a type that the table does not have.
 */
export function oddField({ type, ...line }: JsonObject): string | undefined {
  if (typeof type !== 'string' || !isEventType(type)) return undefined;
  const fields: Fields = { ...EVENTS[type].fields, time: TIME };
  const odd = Object.entries(fields).find(([name, field]) =>
    Object.hasOwn(line, name) ? !field.is(line[name]) : !field.optional,
  );
  return odd?.[0];
}

/**
 * Reads one line of a log that came from outside.
 *
 * @param seq number of the line
 * @returns an event of type `unknown` where the table has no such type; fields of another shape are left out
 */
export function readEvent(seq: number, line: JsonObject): LoggedEvent {
  const { type, time } = line;
  if (typeof type !== 'string' || !isEventType(type)) return { seq, type: 'unknown' };
  const fields: Fields = EVENTS[type].fields;
  const facts = Object.entries(fields).flatMap(([name, { is }]) =>
    Object.hasOwn(line, name) && is(line[name]) ? [[name, line[name]]] : [],
  );
  const read = { ...(Object.fromEntries(facts) as object), seq, type, ...(typeof time === 'string' ? { time } : {}) };
  // Each field was looked at; that they fit together is what the table says.
  return read as LoggedEvent;
}
