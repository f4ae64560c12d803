import type { BoundFile } from '../people/approval.js';
import { type PhaseId, readEvidenceAddress } from '../plan/address.js';
import { restsOn } from '../plan/needs.js';
import type { Plan } from '../plan/plan.js';
import type { PhaseState } from '../state/state.js';

/**
 * The files of `evidence.include` that the results of a phase rest on, as the steps of it and of the phases that it waited
 * for left them: whoever accepts the results accepts these files.
 */
export function boundFiles(
  { phases: plans, evidence }: Pick<Plan, 'phases' | 'evidence'>,
  phases: readonly PhaseState[],
  phase: PhaseId,
): BoundFile[] {
  const over = new Set<string>([...restsOn(plans, phase), phase]);
  return evidence.include.flatMap(({ file, from }) =>
    from.flatMap((address): BoundFile[] => {
      const of = readEvidenceAddress(address);
      if (!over.has(of.phase)) return [];
      const step = phases.find(({ id }) => id === of.phase)?.steps.find(({ id }) => id === of.step);
      const left = step?.evidence?.find(({ name }) => name === of.name);
      return [{ file, path: left?.path ?? null, sha256: left?.sha256 ?? null }];
    }),
  );
}
