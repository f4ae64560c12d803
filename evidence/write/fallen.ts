import { lastFalls } from '../../model/evidence/falls.js';
import { readEvent } from '../../model/evidence/logged-event.js';
import { jsonObjectIn } from '../../model/json.js';
import type { Plan } from '../../model/plan/plan.js';
import type { Fallen } from '../../model/state/contract.js';
import { EvidenceRefusal } from '../error.js';
import type { EvidenceStore } from '../store.js';
import { EVENT_LOG } from './log.js';
import { PLAN } from './open.js';

/**
 * What was taken back, by the event log of a record.
 *
 * @throws EvidenceError when plan or log cannot be read; EvidenceRefusal when they are none
 */
export async function fallenByLog(store: EvidenceStore): Promise<Fallen[]> {
  const log = await store.read(EVENT_LOG);
  // Nothing was ever logged: nothing fell.
  if (log === undefined) return [];
  const started = (await store.read(PLAN))?.toString('utf8');
  const file = started === undefined ? undefined : parsed(store, PLAN, started);
  const plan: unknown = file?.plan;
  if (!isPlan(plan)) throw unreadable(store, PLAN);
  const whole = log.toString('utf8').split('\n').slice(0, -1);
  const events = whole.map((line, seq) => readEvent(seq, parsed(store, EVENT_LOG, line)));
  return lastFalls(plan, events);
}

/** As far as it is read here: `openEvidence` wrote it, and the workflow is held to it. */
function isPlan(value: unknown): value is Plan {
  return typeof value === 'object' && value !== null && 'phases' in value && 'rollbacks' in value;
}

function parsed(store: EvidenceStore, path: string, text: string) {
  const value = jsonObjectIn(text);
  if (value === undefined) throw unreadable(store, path);
  return value;
}

function unreadable(store: EvidenceStore, path: string): EvidenceRefusal {
  return new EvidenceRefusal(
    `Conflict: ${store.local(path)} is not as golive wrote it.`,
    'What was taken back cannot be told without it. Start again under another change.',
  );
}
