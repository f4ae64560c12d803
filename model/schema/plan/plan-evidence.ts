import { list } from '../check/checks.js';
import type { PlanRequest } from './plan-inputs.js';
import type { Plan } from '../../plan/plan.js';

/** Where the bundle lies, what it must hold, and what its sign-off shows. */
export function evidenceOf({ runbook, evidenceDir, change }: PlanRequest, target: Plan['target']): Plan['evidence'] {
  const { signoff = 'SIGNOFF.md', include = [], states, boxes } = runbook.evidence ?? {};
  return {
    directory: `${evidenceDir.replace(/[\\/]+$/, '')}/${target.id}/${change}`,
    signoff,
    include: include.map(({ attempts, ...file }) => ({
      ...file,
      from: [...list(file.from)],
      ...(attempts === 'all' ? { attempts } : {}),
    })),
    ...(states ? { states } : {}),
    ...(boxes ? { boxes } : {}),
  };
}
