import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject } from '../../model/json.js';
import { eventsOf, type LoggedEvent, oddField, readEvent } from '../../model/evidence/logged-event.js';
import { formatManifest } from '../../model/evidence/manifest.js';
import type { SealPredicate } from '../../model/evidence/seal.js';
import { FIRST_PREV, linkOf, sha256 } from '../hash.js';
import type { Bag } from './bag.js';
import type { Findings } from './finding.js';
import { strictJson, strictText } from './strict.js';

const LOG = 'data/events.jsonl';

/** Checks the chain of the event log, its seal, and that every file which it names is the one that lies there. */
export async function checkLog(bag: Bag, seal: SealPredicate | undefined, findings: Findings): Promise<LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  await findings.group('the event log, line by line', () => {
    if (!bag.payload.has(LOG)) {
      findings.add('incomplete', LOG, 'is not there');
      return { count: 0 };
    }
    const text = strictText(readFileSync(join(bag.root, LOG)));
    if (text === undefined || !text.endsWith('\n')) findings.add('altered', LOG, 'does not end with a whole line');
    const lines = (text ?? '').trimEnd().split('\n');
    let prev = FIRST_PREV;
    for (const [index, line] of lines.entries()) {
      const value = strictJson(line);
      if (!isJsonObject(value) || typeof value.type !== 'string') {
        findings.add('altered', `${LOG}:${index + 1}`, 'is no event as golive writes it');
        break;
      }
      if (value.seq !== index)
        findings.add('altered', `${LOG}:${index + 1}`, `has the number ${JSON.stringify(value.seq)}`);
      if (value.prev !== prev)
        findings.add('altered', `${LOG}:${index + 1}`, 'does not follow from the line before it');
      prev = linkOf(line);
      const odd = oddField(value);
      if (odd !== undefined)
        findings.add('policy', `${LOG}:${index + 1}`, `is no ${value.type} as golive writes it: field ${odd}`);
      events.push(readEvent(index, value));
    }
    checkEnd(bag, events, prev, seal, findings);
    const unknown = events.filter(({ type }) => type === 'unknown').length;
    const note = `head ${prev.slice(0, 12)}`;
    return { count: events.length, note: unknown > 0 ? `${note}; ${unknown} of unknown types, not judged` : note };
  });
  await findings.group('evidence files against what the log says of them', () =>
    checkReferences(bag, events, findings),
  );
  return events;
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
  if (last.files !== rest.length || last.digest !== sha256(formatManifest(rest))) {
    findings.add('altered', LOG, 'was sealed over other files than those that lie here');
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
      count += 1;
      const found = bag.payload.get(`data/${path}`);
      if (found === undefined)
        findings.add('altered', `data/${path}`, `is named by event ${event.seq} and is not there`);
      else if (found !== hash) findings.add('altered', `data/${path}`, `is not the file that event ${event.seq} names`);
    }
  }
  return { count };
}
