import { contextKey, ExpressionError, templateParts } from '../../expression/expression.js';
import { ALL_OUTPUTS } from '../../state/travel.js';
import type { GatePlan } from '../../plan/gate-plan.js';
import { type PhasePlan, type Plan, type StepPlan, stepsOf } from '../../plan/plan.js';
import { pathsIn } from '../expression/expression-paths.js';

/**
 * Says of every step which of its outputs an expression of the plan reads, besides the step's own: those must travel.
 * Every text of the plan is looked at, so that no place of an expression can be forgotten.
 */
export function markReads(plan: Plan): void {
  const all = new Map(plan.phases.map((phase) => [contextKey(phase.id), phase.steps]));
  const parts = [...plan.phases, ...Object.values(plan.rollbacks)];
  for (const { steps } of parts) for (const step of stepsOf(steps)) step.reads = [];
  for (const part of parts) {
    for (const path of readsOf(part)) markOne(path, stepsOf(part.steps), all);
  }
  for (const path of pathsOf({ ...plan, phases: [], rollbacks: {} })) markOne(path, [], all);
}

/** Paths that a phase or rollback reads. */
function readsOf(part: Pick<PhasePlan, 'steps'> & { gates?: GatePlan[] }): string[][] {
  return [...pathsOf({ ...part, gates: [] }), ...gatePaths(part.gates ?? [])];
}

/** Paths that gates read; `it` of a gate over a step stands for that step's outputs. */
export function gatePaths(gates: readonly GatePlan[]): string[][] {
  return gates.flatMap((gate) => {
    const it = gate.it;
    const paths = pathsOf(gate);
    if (it === undefined) return paths;
    return paths.map(([first = '', ...rest]) =>
      first === 'it' ? ['steps', contextKey(it), ...rest] : [first, ...rest],
    );
  });
}

function markOne(path: string[], own: readonly StepPlan[], all: ReadonlyMap<string, PhasePlan['steps']>): void {
  const [first, second, third, ...rest] = path;
  if (first === 'steps') mark(own, [second, third].filter(isGiven));
  if (first !== 'phases') return;
  const phases = second === undefined ? [...all.values()] : [all.get(second) ?? []];
  // `phases.<phase>.steps.<step>.<output>`; a path that ends earlier reads all that lies below it.
  for (const steps of phases) mark(stepsOf(steps), third === undefined ? [] : rest);
}

const isGiven = (key: string | undefined): key is string => key !== undefined;

function mark(steps: readonly StepPlan[], [step, output]: readonly string[]): void {
  for (const one of steps) {
    if (step !== undefined && contextKey(one.id) !== step) continue;
    const name = output ?? ALL_OUTPUTS;
    if (!one.reads?.includes(name)) one.reads = [...(one.reads ?? []), name].toSorted();
  }
}

/** The paths of every expression below a value; a text that is no expression reads nothing. */
function pathsOf(value: unknown): string[][] {
  if (typeof value === 'string') return /\b(steps|phases|it)\b/.test(value) ? pathsOfText(value) : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(pathsOf);
}

function pathsOfText(text: string): string[][] {
  const expressions = text.includes('${{') ? expressionsOf(text) : [text];
  return expressions.flatMap((expression) => pathsIn(expression).map(({ keys }) => keys));
}

function expressionsOf(text: string): string[] {
  try {
    return templateParts(text).flatMap((part) => ('expression' in part ? [part.expression] : []));
  } catch (error) {
    // What does not parse is reported by the checks, and reads nothing.
    if (error instanceof ExpressionError) return [];
    throw error;
  }
}
