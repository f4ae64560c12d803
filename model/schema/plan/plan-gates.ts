import { asId, gateOfStep, type StepId } from '../../plan/address.js';
import type { GatePlan, Limit } from '../../plan/gate-plan.js';
import type { GuardPlan } from '../../plan/plan.js';
import { forManyLooks } from '../expression/looks.js';
import { proportionOf } from '../expression/expression-paths.js';
import { list } from '../check/checks.js';
import { isEach } from '../format/runbook.js';
import type { Runbook, RunbookGate, RunbookPhase, RunbookStep } from '../format/runbook.js';

function limitOf(gate: RunbookGate): Limit {
  for (const op of ['atLeast', 'above', 'atMost', 'below'] as const) {
    const threshold = gate[op];
    if (threshold !== undefined) return { op, threshold };
  }
  if (gate.equals !== undefined) return { op: 'equals', threshold: gate.equals };
  if (gate.within) return { op: 'within', low: gate.within[0], high: gate.within[1] };
  if (gate.baseline) return { op: 'noWorseThan', baseline: gate.baseline.of, by: gate.baseline.noWorseThan };
  throw new Error(`gate '${gate.id}' has no limit: the runbook was not checked`);
}

/** The value of a gate, by the bounds that hold for as often as it is looked. */
const valueOf = ({ value, looks }: RunbookGate): string => (looks === 'many' ? forManyLooks(value) : value);

function planGate(gate: RunbookGate, it?: StepId): GatePlan {
  const title = gate.title ?? gate.id;
  const plan: GatePlan = {
    id: it === undefined ? asId(gate.id) : gateOfStep(it, gate.id),
    title: it === undefined ? title : `${it} · ${title}`,
    value: valueOf(gate),
    limit: limitOf(gate),
    hard: gate.hard ?? true,
    floor: gate.floor ?? false,
  };
  if (it !== undefined) plan.it = it;
  const proportion = proportionOf(plan.value);
  const n = gate.n ?? proportion?.n;
  const successes = gate.successes ?? proportion?.successes;
  if (n !== undefined) plan.n = n;
  if (n !== undefined && successes === undefined) plan.roughN = true;
  if (successes !== undefined) plan.successes = successes;
  if (gate.minN !== undefined) plan.minN = gate.minN;
  if (gate.waivableBy !== undefined) plan.waivableBy = [...list(gate.waivableBy)];
  if (gate.unit !== undefined) plan.unit = gate.unit;
  return plan;
}

/** The gates of a phase, `each` spread over its steps: all gates of the first step, then of the next. */
export function planGates(phase: Pick<RunbookPhase, 'gates'>): GatePlan[] {
  return (phase.gates ?? []).flatMap((node) =>
    isEach(node) ? node.each.flatMap((step) => node.gates.map((gate) => planGate(gate, asId(step)))) : [planGate(node)],
  );
}

/** The guards of a step, as the runbook has them under their names. */
export function guardsOf(runbook: Runbook, step: RunbookStep): GuardPlan[] {
  return (step.guards ?? []).flatMap((id) => {
    const guard = runbook.guards?.[id];
    return guard ? [{ id, title: guard.title ?? id, trips: guard.trips }] : [];
  });
}
