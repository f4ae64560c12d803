import { eventsOf, readEvent } from '../../model/evidence/logged-event.js';
import { RELEASE_PAGES } from '../../model/evidence/own-files.js';
import { isBegun } from '../../model/evidence/records.js';
import { certificateOf } from '../../model/judge/certificate.js';
import { recompute } from '../../model/judge/recompute.js';
import { jsonObjectIn } from '../../model/json.js';
import { stateFromLog } from '../../model/state/from-log.js';
import { liveStatusMd } from '../report/certificate/pages.js';
import { OneByOne } from '../one-by-one.js';
import type { EvidenceStore } from '../store.js';
import { EVENT_LOG, isSealed } from './log.js';
import { PLAN } from './open.js';

const writing = new OneByOne();

/**
 * Writes the status of a go-live that asks for a certificate while it runs, from plan and event log alone. Its end writes
 * the page anew; one that was killed keeps a page that says as of when it is.
 *
 * @throws EvidenceError when the disk refuses
 */
export function writeLiveStatus(store: EvidenceStore): Promise<void> {
  return writing.after(store.root, () => write(store));
}

async function write(store: EvidenceStore): Promise<void> {
  const [begunText, log] = [await store.read(PLAN), await store.read(EVENT_LOG)];
  const begun: unknown = jsonObjectIn(begunText?.toString('utf8') ?? '');
  if (log === undefined || !isBegun(begun) || begun.plan.evidence.certificate === undefined) return;
  const lines = log.toString('utf8').split('\n').slice(0, -1);
  const events = lines.map((line, seq) => readEvent(seq, jsonObjectIn(line) ?? {}));
  const startedAt = eventsOf(events, 'go-live.started').at(-1)?.time;
  const asOf = events.flatMap((event) => ('time' in event ? (event.time ?? []) : [])).at(-1);
  if (startedAt === undefined || asOf === undefined) return;
  const state = stateFromLog(begun, begun.plan.target.id, startedAt, events);
  const { attempts } = recompute(begun.plan, startedAt, events);
  for (const phase of state.phases) {
    const judged = attempts.findLast((one) => one.phase === phase.id && one.attempt === phase.attempt);
    if (judged && phase.status !== 'running') phase.gates = judged.gates;
  }
  const page = liveStatusMd({ certificate: certificateOf(state, begun.plan.evidence.certificate), state, asOf });
  // What closes it has written the page as it is in the end.
  if ((await store.read('data/state.json')) === undefined && !(await isSealed(store)))
    await store.write(`data/${RELEASE_PAGES.status}`, page);
}
