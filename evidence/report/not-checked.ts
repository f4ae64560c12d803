import type { GoLiveState, PhaseState } from '../../model/state/state.js';
import { buildContext, type ExpressionContext } from '../../model/expression/expression.js';
import type { JsonObject } from '../../model/json.js';
import { conditionText } from './condition-text.js';
import type { Extras, PlannedPhase } from './extras.js';
import { questionText, roleName } from './words.js';

/** Something that the runbook could have looked at, and did not. */
export interface NotChecked {
  what: string;
  why: string;
}

/** How many gates the plan has, and what became of them. */
export interface GateCount {
  held: number;
  waived: number;
  judged: number;
  /** Of the plan, in phases that did not come to them. */
  notJudged: number;
}

/** Counts gates: what was never judged neither holds nor fails. */
export function countGates({ phases }: Pick<GoLiveState, 'phases'>, planned: readonly PlannedPhase[]): GateCount {
  const gates = phases.flatMap((phase) => phase.gates);
  const of = (verdict: string) => gates.filter((gate) => gate.verdict === verdict).length;
  const notJudged = phases.flatMap((phase) => unjudged(phase, planned)).length;
  return { held: of('go'), waived: of('waived'), judged: gates.length, notJudged };
}

/** Phases that did not run, steps that were left out or not reached, gates without a judgement, questions never asked. */
export function notChecked(state: GoLiveState, { planned, inputs }: Pick<Extras, 'planned' | 'inputs'>): NotChecked[] {
  const contextOf = (phase: PhaseState) => contextIn(state, inputs, phase);
  const ofPhases = state.phases.flatMap((phase) =>
    didRun(phase) ? partly(phase, planned, contextOf(phase)) : whole(state, phase, planned, contextOf(phase)),
  );
  const silent = state.approvals.filter(({ status, votes }) => status === 'not-asked' && votes.length === 0);
  const questions = silent.map((one) => ({
    what: `Question “${questionText(one)}”`,
    why: `It was never asked (${one.id}).`,
  }));
  return [...ofPhases, ...questions];
}

const didRun = ({ status, attempt }: PhaseState): boolean =>
  attempt > 0 && status !== 'skipped' && status !== 'pending';

function whole(
  state: GoLiveState,
  phase: PhaseState,
  planned: readonly PlannedPhase[],
  context: ExpressionContext,
): NotChecked[] {
  const gates = unjudged(phase, planned);
  const what = `${phase.index} ${phase.title}${gates.length > 0 ? `: ${listed(gates)}` : ''}`;
  return [{ what, why: whyNot(state, phase, context) }];
}

function whyNot(state: GoLiveState, { omitted, status, sentence }: PhaseState, context: ExpressionContext): string {
  if (omitted) return `Declared not required by ${omitted.by} as ${roleName(state, omitted.role)}: ${omitted.reason}`;
  if (status === 'skipped') return conditionText(sentence ?? 'The runbook leaves it out.', context);
  return state.aborted ? 'The go-live was aborted before it.' : 'The go-live ended before it.';
}

/** What a phase that ran did not come to. */
function partly(phase: PhaseState, planned: readonly PlannedPhase[], context: ExpressionContext): NotChecked[] {
  const name = `${phase.index} ${phase.title}`;
  const skipped = phase.steps.flatMap(({ title, skipped: why }) =>
    why === undefined ? [] : [{ what: `${name}: ${title}`, why: conditionText(why, context) }],
  );
  const ran = new Set<string>(phase.steps.filter(({ status }) => status !== 'pending').map(({ id }) => id));
  const steps = (planned.find(({ id }) => id === phase.id)?.steps ?? []).filter(({ id }) => !ran.has(id));
  const gates = unjudged(phase, planned);
  return [
    ...skipped,
    ...(steps.length > 0 ? [{ what: `${name}: ${listed(steps, 'step')}`, why: 'The phase stopped before them.' }] : []),
    ...(gates.length > 0
      ? [{ what: `${name}: ${listed(gates)}`, why: 'The phase stopped before its gates were judged.' }]
      : []),
  ];
}

function unjudged(phase: PhaseState, planned: readonly PlannedPhase[]): PlannedPhase['gates'] {
  const judged = new Set<string>(phase.gates.map(({ id }) => id));
  return (planned.find(({ id }) => id === phase.id)?.gates ?? []).filter(({ id }) => !judged.has(id));
}

function listed(all: readonly { title: string }[], noun = 'gate'): string {
  const titles = [...new Set(all.map(({ title }) => title))];
  return `${all.length} ${noun}${all.length === 1 ? '' : 's'} (${titles.join(', ')})`;
}

/** What the conditions of a phase saw, as far as the state still has it. */
function contextIn(
  { phases, mode, timeScale }: GoLiveState,
  { inputs }: Extras['inputs'],
  phase: PhaseState,
): ExpressionContext {
  const earlier = phases.slice(0, phases.indexOf(phase));
  return buildContext({
    inputs,
    steps: didRun(phase) ? outputsOf(phase) : {},
    phases: Object.fromEntries(earlier.map((one) => [one.id, { steps: outputsOf(one) }])),
    run: { mode, timeScale, attempt: phase.attempt },
  });
}

const outputsOf = ({ steps }: PhaseState): Record<string, JsonObject | undefined> =>
  Object.fromEntries(steps.map(({ id, outputs }) => [id, outputs]));
