import { formatDuration } from '../../duration.js';
import { type PhasePlan, type Plan, type RollbackPlan, type StepPlan, stepsOf } from '../../plan/plan.js';
import { type LimitedSpan, spanProblem } from '../format/span-limits.js';
import type { PlanProblem } from './plan-inputs.js';

/** Durations of a plan that nothing could be done in: inputs settle some, so that a runbook alone does not show them. */
export function impossibleTimes({ phases, rollbacks, waivers }: Plan): PlanProblem[] {
  const problems: PlanProblem[] = [];
  const look = (what: string, name: LimitedSpan, ms: number): void => {
    const problem = spanProblem(name, ms);
    if (problem !== undefined) problems.push({ message: `${what}: ${problem}.` });
  };
  for (const phase of [...phases, ...Object.values(rollbacks)]) {
    for (const step of stepsOf(phase.steps)) lookAt(step, phase, look, problems);
  }
  for (const { id, approvals, onFail } of phases) {
    for (const approval of approvals)
      look(`\`expires\` of an approval of phase '${id}'`, 'expires', approval.expiresMs);
    look(`\`expires\` of the question of phase '${id}'`, 'expires', onFail.ask.expiresMs);
  }
  if (waivers && waivers.by.length > 0) look('`atMost` of the waivers', 'atMost', waivers.atMostMs);
  return problems;
}

function lookAt(
  { id, timeoutMs, window, until }: StepPlan,
  phase: Pick<PhasePlan | RollbackPlan, 'id'>,
  look: (what: string, name: LimitedSpan, ms: number) => void,
  problems: PlanProblem[],
): void {
  const step = `of step '${phase.id}.${id}'`;
  look(`\`timeout\` ${step}`, 'timeout', timeoutMs);
  if (until) look(`\`within\` ${step}`, 'until.within', until.withinMs);
  if (!window) return;
  look(`\`every\` of the window ${step}`, 'window.every', window.everyMs);
  if (window.withinMs < window.everyMs) {
    const [within, every] = [formatDuration(window.withinMs), formatDuration(window.everyMs)];
    problems.push({ message: `The window ${step} is over after ${within}, before its first sample at ${every}.` });
  }
}
