import { contextKey } from '../../expression/expression.js';
import { type PhasePlan, type Plan, type StepNode, stepsOf } from '../../plan/plan.js';
import type { Kinds } from '../format/scope.js';
import { gatePaths } from './plan-reads.js';

/** The output in which a kind says why a figure is unknown, by the figure's name. */
const REASONS = 'unknown';

/**
 * Says of every gate where the steps that it reads say why a figure is unknown: what a gate names travels with what it
 * reads, so that its sentence, and who judges it again from the log, can say why.
 */
export function markWhy(plan: Plan, kinds: Kinds): void {
  const all = new Map(plan.phases.map((phase) => [contextKey(phase.id), phase.steps]));
  for (const phase of plan.phases) {
    for (const gate of phase.gates) {
      const places = gatePaths([gate]).flatMap((path) => reasonsOf(path, phase, all, kinds) ?? []);
      if (places.length > 0) gate.why = [...new Set(places)];
    }
  }
}

/** Where the step of a path says why, if its kind does. */
function reasonsOf(
  path: readonly string[],
  own: PhasePlan,
  all: ReadonlyMap<string, StepNode[]>,
  kinds: Kinds,
): string | undefined {
  const [first, second, third, ...rest] = path;
  const [nodes, step, output] =
    first === 'steps'
      ? [own.steps, second, third]
      : first === 'phases' && third === 'steps'
        ? [all.get(second ?? '') ?? [], ...rest]
        : [];
  if (!nodes || step === undefined || output === undefined) return undefined;
  const plan = stepsOf(nodes).find(({ id }) => contextKey(id) === step);
  // A window gives its tally, not the outputs of its kind.
  const kind = plan && !plan.window ? kinds[plan.uses] : undefined;
  if (!kind || !Object.hasOwn(kind.outputs.shape, REASONS)) return undefined;
  return [...path.slice(0, first === 'steps' ? 2 : 4), REASONS].join('.');
}
