import type { WaiverRule } from '../../plan/plan.js';
import { list } from '../check/checks.js';
import type { Runbook } from '../format/runbook.js';

/** Who may waive; a runbook that does not say lets nobody. */
export function planWaivers(
  { waivers }: Pick<Runbook, 'waivers'>,
  ms: (span: string | undefined, otherwise: number) => number,
): WaiverRule {
  if (!waivers) return { by: [], atMostMs: 0, distinct: false };
  return { by: [...list(waivers.by)], atMostMs: ms(waivers.atMost, 0), distinct: waivers.distinct ?? false };
}
