import { list } from '../../model/schema/check/checks.js';
import type { Runbook } from '../../model/schema/format/runbook.js';
import { counted } from '../../model/text/counted.js';

/**
 * Questions for attempts of a phase that there cannot be, a sentence each. Where a person or another phase may take a
 * phase again, there is no bound, and nothing is said.
 */
export function neverAsked({ phases }: Pick<Runbook, 'phases'>): string[] {
  if (phases.some(({ onFail }) => onFail?.then === 'ask' || typeof onFail?.then === 'object')) return [];
  return phases.flatMap(({ id, approval, onFail }) => {
    if (phases.some((other) => other.id !== id && (other.onFail?.attempts ?? 1) > 1)) return [];
    const attempts = onFail?.attempts ?? 1;
    return list(approval).flatMap(({ fromAttempt = 1 }) =>
      fromAttempt <= attempts
        ? []
        : [
            `phases.${id}: a question is for attempt ${fromAttempt} and later (fromAttempt), and the phase has ${counted(attempts, 'attempt')}: nobody is asked. Give onFail: { attempts: ${fromAttempt} }, or a smaller fromAttempt.`,
          ],
    );
  });
}
