import { needName } from '../../model/people/need.js';
import { counted } from '../../model/text/counted.js';
import { formatDuration } from '../../model/duration.js';
import { plannedTotalMs } from '../../model/plan/critical-path.js';
import { type Plan, stepsOf } from '../../model/plan/plan.js';
import { clean } from './text.js';

/** What is about to be started, in a few lines. */
export function planSummary(plan: Plan): string[] {
  const steps = plan.phases.flatMap((phase) => stepsOf(phase.steps));
  const gates = plan.phases.reduce((sum, phase) => sum + phase.gates.length, 0);
  const approvals = [
    ...plan.phases.flatMap((phase) => phase.approvals),
    ...plan.decisions.flatMap(({ approval }) => (approval ? [approval] : [])),
  ];
  const roles = [...new Set(approvals.flatMap((approval) => approval.needs.map((need) => needName(need, plan.roles))))];
  const plannedMs = plannedTotalMs(plan.phases) / plan.timeScale;
  const mode = plan.mode === 'live' ? 'LIVE' : `rehearsal ×${plan.timeScale}`;
  return [
    `${clean(plan.runbook.title, 120)} · ${mode}`,
    `  on ${clean(plan.target.id, 60)}, for ${clean(plan.change, 60)}`,
    `  ${counted(plan.phases.length, 'phase')}, ${counted(steps.length, 'step')}, ${counted(gates, 'gate')}, planned ${formatDuration(plannedMs)}`,
    ...(roles.length === 0 ? [] : [`  asks for approval: ${roles.map((role) => clean(role, 40)).join(', ')}`]),
  ];
}
