import { eventsOf, type LoggedEvent } from '../../model/evidence/logged-event.js';
import { needsOf, runsBeside } from '../../model/plan/needs.js';
import type { PhasePlan, Plan } from '../../model/plan/plan.js';
import type { Findings } from './finding.js';

const OF_PHASES = [
  'phase.started',
  'phase.passed',
  'phase.failed',
  'phase.cancelled',
  'phase.taken-back',
  'phase.skipped',
  'phase.passed-over',
  'phase.omitted',
  'operator.chose',
] as const;

/** What the log says of a phase so far, as far as others wait for it. */
type Word = 'passed' | 'skipped' | 'passed-over' | 'omitted';

/** No phase began before all that it needs let it: where phases run beside each other, their order proves nothing else. */
export function checkNeeds({ phases }: Plan, events: readonly LoggedEvent[], findings: Findings): void {
  if (!runsBeside(phases)) return;
  const words = new Map<string, Word>();
  const chosen = new Set<string>();
  for (const event of eventsOf(events, ...OF_PHASES)) {
    if (event.type === 'operator.chose') {
      if (event.choice === 'continue') chosen.add(event.about ?? '');
      continue;
    }
    const plan = phases.find(({ id }) => id === event.phase);
    if (!plan) continue;
    if (event.type === 'phase.started') checkBegin(phases, plan, words, event.seq, findings);
    const word = wordOf(event.type, plan, chosen);
    // Who is omitted is not asked for any more; who is passed over is gone on without until it begins once more.
    const before = words.get(plan.id);
    if (before === 'omitted' || (before === 'passed-over' && event.type !== 'phase.started')) continue;
    if (word) words.set(plan.id, word);
    else words.delete(plan.id);
  }
}

function checkBegin(
  phases: readonly PhasePlan[],
  { id }: PhasePlan,
  words: ReadonlyMap<string, Word>,
  seq: number,
  findings: Findings,
): void {
  for (const need of needsOf(phases, id))
    if (!words.has(need))
      findings.add('policy', id, `began at event ${seq}, and ${need}, which it needs, had not passed`);
}

/** The word of an event; none where nobody may go on by it. The plan must allow what it says. */
function wordOf(
  type: (typeof OF_PHASES)[number],
  { id, when, mayOmit, onFail }: PhasePlan,
  chosen: ReadonlySet<string>,
): Word | undefined {
  if (type === 'phase.passed') return 'passed';
  if (type === 'phase.skipped' && when !== undefined) return 'skipped';
  if (type === 'phase.omitted' && mayOmit) return 'omitted';
  if (type === 'phase.passed-over' && (onFail.then === 'continue' || chosen.has(id))) return 'passed-over';
  return undefined;
}
