import type { EventDraft, EventType } from '../../model/evidence/events.js';
import { failpoint } from '../../host/failpoint.js';
import { EvidenceError } from '../error.js';
import { FIRST_PREV, linkOf } from '../hash.js';
import { openStore } from '../open-store.js';
import type { EvidenceStore, Tail } from '../store.js';
import { isJsonObject, parseJson } from '../../model/json.js';

/** The event log's place in the record. */
export const EVENT_LOG = 'data/events.jsonl';
/** The last event of a finished bundle; nothing is written after it. */
export const SEALED = 'sealed' satisfies EventType;

/** What the next line needs to know of the lines before it. */
interface Chain {
  seq: number;
  prev: string;
  sealed: boolean;
}

/**
 * Appends one event to the log of a record as `{seq, prev, at, ...event}` and resolves when it is durable. Calls for one
 * record are served in order, and one process at a time, so that several workers may serve one go-live.
 *
 * @param record its store, or the store's address
 * @throws EvidenceError when it cannot be written durably, or the log is sealed
 */
export function appendEvent(record: EvidenceStore | string, event: EventDraft): Promise<void> {
  return appendEvents(record, [event]);
}

/**
 * A batch that may be sent again after a crash. Its id stands in each line, so that lines which an earlier attempt
 * made durable are not written twice.
 */
export interface Batch {
  id: string;
  /** An earlier attempt may have written some of it. */
  again: boolean;
}

/** Like `appendEvent`, for several events that become durable at once. */
export async function appendEvents(
  record: EvidenceStore | string,
  events: readonly EventDraft[],
  batch?: Batch,
): Promise<void> {
  if (events.length === 0) return;
  const store = typeof record === 'string' ? openStore(record) : record;
  const next = async (tail: Tail): Promise<string[]> => {
    const chain = chainOf(tail.last);
    if (chain.sealed) throw sealedError(store);
    const torn: EventDraft[] = tail.torn ? [{ type: 'torn-line', ...tail.torn }] : [];
    return linked(chain, [...torn, ...(await unwritten(tail, events, batch))]);
  };
  failpoint('before-log');
  await store.append(EVENT_LOG, next, { final: events.some(({ type }) => type === SEALED) });
  failpoint('after-log');
}

/** Whether the log ends with its seal. A log that does not exist is not sealed. */
export async function isSealed(record: EvidenceStore | string): Promise<boolean> {
  const store = typeof record === 'string' ? openStore(record) : record;
  return chainOf(await store.lastLine(EVENT_LOG)).sealed;
}

/**
 * Before anything is made in a record: a sealed one stays as it is. A log that cannot be read is not known to be sealed;
 * whoever writes to it finds out.
 *
 * @throws EvidenceError SEALED
 */
export async function refuseSealed(record: EvidenceStore | string): Promise<void> {
  const store = typeof record === 'string' ? openStore(record) : record;
  if (await isSealed(store).catch(() => false)) throw sealedError(store);
}

function sealedError(store: EvidenceStore): EvidenceError {
  return new EvidenceError(`${store.local(EVENT_LOG)} is sealed`, 'Start again under another change.', 'SEALED');
}

/** The events of a batch that no earlier attempt has written, marked with its id. */
async function unwritten(tail: Tail, events: readonly EventDraft[], batch?: Batch): Promise<EventDraft[]> {
  if (batch === undefined) return [...events];
  const lines = batch.again ? await tail.lines() : [];
  const done = lines.map(parseJson).filter((event) => isJsonObject(event) && event.batch === batch.id).length;
  return events.slice(done).map((event) => ({ ...event, batch: batch.id }));
}

function linked(chain: Chain, events: readonly EventDraft[]): string[] {
  let { seq, prev } = chain;
  return events.map((event) => {
    const line = JSON.stringify({ seq, prev, at: new Date().toISOString(), ...withoutLinks(event) });
    prev = linkOf(line);
    seq += 1;
    return line;
  });
}

/** The log's own fields cannot be set from outside. */
function withoutLinks(event: EventDraft): object {
  const { seq: _seq, prev: _prev, at: _at, ...rest } = event as EventDraft & Record<'seq' | 'prev' | 'at', unknown>;
  return rest;
}

function chainOf(line: string | undefined): Chain {
  if (line === undefined) return { seq: 0, prev: FIRST_PREV, sealed: false };
  const { seq, type } = JSON.parse(line) as { seq: number; type: string };
  return { seq: seq + 1, prev: linkOf(line), sealed: type === SEALED };
}
