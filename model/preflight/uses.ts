import {
  buildContext,
  evaluateBoolean,
  type ExpressionContext,
  ExpressionError,
  resolve,
} from '../expression/expression.js';
import type { Json, JsonObject } from '../json.js';
import type { Plan, StepNode, StepPlan } from '../plan/plan.js';
import { stepsOf } from '../plan/plan.js';
import { valuesOf } from '../plan/values.js';

/** One use of a kind, as far as it is known before anything runs. */
export interface Use {
  /** `<phase>.<step>`; of a rollback `rollback-<id>.<step>`. */
  where: string;
  uses: string;
  /** Its `with`; an expression that cannot be computed yet stays as it is written. */
  input: JsonObject;
  /** An expression stayed. */
  open: boolean;
  /** It is taken whatever comes out meanwhile; false under a condition that is not known yet. */
  sure: boolean;
  /** Nothing acts before it: what it needs must be there at the begin. */
  first: boolean;
}

/**
 * Every use of a kind in a plan, in the order of the plan: steps with their probes and undos, and rollbacks. What a
 * condition leaves out for certain is not among them.
 *
 * @param startedAt ISO 8601
 */
export function usesOf(plan: Plan, startedAt: string): Use[] {
  const context = buildContext(valuesOf(plan, startedAt, 1, {}));
  const uses: Use[] = [];
  let first = true;
  const add = (id: string, nodes: readonly StepNode[], sure: boolean): void => {
    for (const node of nodes) {
      const steps = stepsOf([node]);
      for (const step of steps) uses.push(...usesOfStep(id, step, { sure, first }, context));
      first &&= steps.every(({ effect, when }) => effect === 'none' || holds(when, context) === false);
    }
  };
  for (const phase of plan.phases) {
    const taken = holds(phase.when, context);
    if (taken !== false) add(phase.id, phase.steps, taken === true);
  }
  first = false;
  for (const { id, steps } of Object.values(plan.rollbacks)) add(`rollback-${id}`, steps, true);
  return uses;
}

function usesOfStep(
  phase: string,
  step: StepPlan,
  { sure, first }: Pick<Use, 'sure' | 'first'>,
  context: ExpressionContext,
): Use[] {
  const taken = holds(step.when, context);
  if (taken === false) return [];
  const where = `${phase}.${step.id}`;
  const use = (call: { uses: string; with: JsonObject }, also: Pick<Use, 'sure' | 'first'>): Use => {
    const { value, open } = settledMembers(call.with, context);
    return { where, uses: call.uses, input: value, open, ...also };
  };
  const own = { sure: sure && taken === true, first };
  return [
    use(step, own),
    ...(step.probe ? [use(step.probe, { ...own, first: false })] : []),
    // Entries that are no call of a kind (`own`) need what the step needs.
    ...(step.undo ?? []).flatMap((call) => (typeof call === 'object' ? [use(call, { ...own, first: false })] : [])),
  ];
}

/** Whether a condition holds; undefined when it is not known yet. */
function holds(when: string | undefined, context: ExpressionContext): boolean | undefined {
  if (when === undefined) return true;
  try {
    return evaluateBoolean(when, context);
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

/** Computes each expression that can be computed. */
function settled(value: Json, context: ExpressionContext): { value: Json; open: boolean } {
  if (typeof value === 'string') {
    try {
      return { value: resolve(value, context), open: false };
    } catch (error) {
      if (error instanceof ExpressionError) return { value, open: true };
      throw error;
    }
  }
  if (value === null || typeof value !== 'object') return { value, open: false };
  if (!Array.isArray(value)) return settledMembers(value, context);
  const items = value.map((item) => settled(item, context));
  return { value: items.map((item) => item.value), open: items.some(({ open }) => open) };
}

function settledMembers(object: JsonObject, context: ExpressionContext): { value: JsonObject; open: boolean } {
  const members = Object.entries(object).map(([key, part]) => ({ key, ...settled(part ?? null, context) }));
  return {
    value: Object.fromEntries(members.map(({ key, value }) => [key, value])),
    open: members.some(({ open }) => open),
  };
}
