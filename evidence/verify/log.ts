import { join } from 'node:path';
import { isJsonObject } from '../../model/json.js';
import { eventsOf, type LoggedEvent, oddField, readEvent } from '../../model/evidence/logged-event.js';
import type { SealPredicate } from '../../model/evidence/seal.js';
import { placeOfStep } from '../../model/evidence/step-place.js';
import { FIRST_PREV, linkOf } from '../hash.js';
import { type Bag, hiddenBy } from './bag.js';
import type { Findings } from './finding.js';
import { eachLine, type Line, manifestHash, MOST } from './read.js';
import { strictJson, strictText } from './strict.js';

const LOG = 'data/events.jsonl';
/** Said of the log when any file of the bundle is not as it was sealed. */
export const OTHER_FILES = 'was sealed over other files than those that lie here';

/** Checks the chain of the event log, its seal, and that every file which it names is the one that lies there. */
export async function checkLog(bag: Bag, seal: SealPredicate | undefined, findings: Findings): Promise<LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  await findings.group('the event log, line by line', () => {
    if (!bag.payload.has(LOG)) {
      if (hiddenBy(bag, LOG) === undefined) findings.add('incomplete', LOG, 'is not there');
      return { count: 0, absent: true };
    }
    const chain: Chain = { events, prev: FIRST_PREV };
    const path = join(bag.root, LOG);
    const read = findings.reading(LOG, () => {
      eachLine(path, { most: MOST.log, mostLine: MOST.logLine }, (line) => follow(chain, line, findings));
      return true;
    });
    if (!read) return { count: events.length, absent: true };
    if (events.length === 0) findings.add('altered', LOG, 'does not hold a whole line');
    checkEnd(bag, events, chain.prev, seal, findings);
    const unknown = events.filter(({ type }) => type === 'unknown').length;
    findings.leave(unknown, 'lines of the event log', 'of a type that this golive does not know');
    const note = `head ${chain.prev.slice(0, 12)}`;
    return { count: events.length, note: unknown > 0 ? `${note}; ${unknown} of unknown types, not judged` : note };
  });
  await findings.group('evidence files against what the log says of them', () => {
    checkFolders(bag, events, findings);
    const references = checkReferences(bag, events, findings);
    return events.length === 0 ? { ...references, absent: true } : references;
  });
  return events;
}

/** The lines so far, and what the next one must follow from. */
interface Chain {
  events: LoggedEvent[];
  prev: string;
}

/** Takes one more line; false ends the reading: behind a line that is none, nothing can follow. */
function follow(chain: Chain, { bytes, whole }: Line, findings: Findings): boolean {
  const index = chain.events.length;
  const item = `${LOG}:${index + 1}`;
  const line = strictText(bytes);
  const value = line === undefined ? undefined : strictJson(line);
  if (!isJsonObject(value) || typeof value.type !== 'string') {
    findings.add('altered', item, 'is no event as golive writes it');
    return false;
  }
  if (!whole) findings.add('altered', item, 'is not a whole line: it does not end with a line break');
  if (value.seq !== index) findings.add('altered', item, `has the number ${JSON.stringify(value.seq)}`);
  if (value.prev !== chain.prev) findings.add('altered', item, 'does not follow from the line before it');
  chain.prev = linkOf(bytes);
  const odd = oddField(value);
  if (odd !== undefined) findings.add('policy', item, `is no ${value.type} as golive writes it: field ${odd}`);
  chain.events.push(readEvent(index, value));
  return true;
}

/** A folder with nothing in it is part of a bundle only where a step began and left nothing. */
function checkFolders({ emptyFolders }: Bag, events: readonly LoggedEvent[], findings: Findings): void {
  if (emptyFolders.length === 0) return;
  const places = eventsOf(events, 'step.started', 'undo.started').flatMap((event) => {
    const { phase = '', phaseAttempt = 0, step = '', epoch = 1 } = event;
    const [attempt, place] = placeOfStep({ phase, phaseAttempt, step, epoch });
    return [`data/phases/${attempt}`, `data/phases/${attempt}/${place}`];
  });
  const known = new Set(places);
  for (const path of emptyFolders)
    if (!known.has(path)) findings.add('altered', path, 'is an empty folder, and no step was there; it was added');
}

function checkEnd(
  bag: Bag,
  events: readonly LoggedEvent[],
  head: string,
  seal: SealPredicate | undefined,
  findings: Findings,
): void {
  const last = events.at(-1);
  const early = events.findIndex(({ type }, index) => type === 'sealed' && index < events.length - 1);
  if (early >= 0) findings.add('altered', `${LOG}:${early + 1}`, 'is a seal, and the log goes on behind it');
  if (last?.type !== 'sealed') {
    findings.add('incomplete', LOG, 'is not sealed: the go-live did not end, or its end was cut off');
    return;
  }
  const rest = [...bag.payload].filter(([path]) => path !== LOG).map(([path, hash]) => ({ path, sha256: hash }));
  // What could not be read may be all that differs.
  const whole = bag.unread.size === 0;
  if (whole && (last.files !== rest.length || last.digest !== manifestHash(rest))) {
    findings.add('altered', LOG, OTHER_FILES);
  }
  if (seal && (seal.events.count !== events.length || seal.events.head !== head)) {
    findings.add('altered', LOG, 'is not the log that the seal names');
  }
}

/** Only the last word on a step counts: a later attempt may have written its files anew. */
function checkReferences(bag: Bag, events: readonly LoggedEvent[], findings: Findings): { count: number } {
  const over = eventsOf(events, 'step.done', 'step.failed', 'undo.done', 'undo.failed');
  const last = new Map(
    over.map((event) => [[event.phase, event.phaseAttempt, event.step, event.epoch].join('/'), event]),
  );
  let count = 0;
  for (const event of last.values()) {
    for (const { path, sha256: hash } of event.evidence ?? []) {
      if (hiddenBy(bag, `data/${path}`) !== undefined) continue;
      count += 1;
      const found = bag.payload.get(`data/${path}`);
      if (found === undefined)
        findings.add('altered', `data/${path}`, `is named by event ${event.seq} and is not there`);
      else if (found !== hash) findings.add('altered', `data/${path}`, `is not the file that event ${event.seq} names`);
    }
  }
  return { count };
}
