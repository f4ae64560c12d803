import type { Runbook } from '../../model/schema/format/runbook.js';
import { didNotPass } from '../../model/state/standing.js';
import type { GoLiveState } from '../../model/state/state.js';

export type Fault = NonNullable<NonNullable<Runbook['rehearsal']>['faults']>[number];

/** Ways back that every go-live may take; a fault's expectation names those of the runbook. */
const UNNAMED: readonly string[] = ['undo', 'release'];

/** How a rehearsal differs from what its fault leads to expect; empty when it does not. */
export function differences(state: GoLiveState, exitCode: number, expect: Fault['expect']): string[] {
  const found: string[] = [];
  const differs = (what: string, is: string, wanted: string): void => {
    if (is !== wanted) found.push(`${what} is ${is}, expected ${wanted}`);
  };
  differs('the verdict', state.verdict ?? 'none', expect.verdict);
  differs('the exit code', String(exitCode), String(expect.exit));
  if (expect.rollbacks !== undefined) rollbacksDiffer(state, expect.rollbacks, differs);
  for (const [id, verdict] of Object.entries(expect.decisions ?? {})) {
    const decision = state.decisions.find((candidate) => candidate.id === id);
    differs(`decision ${id}`, decision ? (decision.verdict ?? 'pending') : 'unknown', verdict);
  }
  const failing = state.phases.filter(didNotPass);
  if (expect.phase !== undefined && !failing.some((phase) => phase.id === expect.phase)) {
    differs('the failing phase', failing.map((phase) => phase.id).join(', ') || 'none', expect.phase);
  }
  const said = [state, ...state.phases, ...state.decisions].map((one) => one.sentence ?? '');
  if (expect.sentence !== undefined && !said.some((text) => text.includes(expect.sentence ?? ''))) {
    found.push(`no sentence says “${expect.sentence}”`);
  }
  return found;
}

function rollbacksDiffer(
  state: GoLiveState,
  expected: readonly string[],
  differs: (what: string, is: string, wanted: string) => void,
): void {
  const named = (ids: readonly string[]): string[] =>
    ids.filter((id) => !UNNAMED.includes(id) || expected.includes(id));
  const ran = named(state.rollbacks.map((rollback) => rollback.id));
  // A list without repetitions says which ran; one with repetitions also how often.
  const distinct = new Set(expected).size === expected.length;
  const text = (ids: readonly string[]): string => (distinct ? [...new Set(ids)] : ids).join(', ') || 'none';
  differs('the rollbacks', text(ran), text(expected));
}
