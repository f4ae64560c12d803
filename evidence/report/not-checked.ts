import type { GoLiveState, PhaseState } from '../../model/state/state.js';
import type { PlannedPhase } from './extras.js';
import { roleName } from './words.js';

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
export function notChecked(state: GoLiveState, planned: readonly PlannedPhase[]): NotChecked[] {
  const ofPhases = state.phases.flatMap((phase) =>
    didRun(phase) ? partly(phase, planned) : whole(state, phase, planned),
  );
  const silent = state.approvals.filter(({ status, votes }) => status === 'not-asked' && votes.length === 0);
  const questions = silent.map(({ id, question }) => ({
    what: `Question “${question.replace(/\$\{\{.*?\}\}/gs, '…')}”`,
    why: `It was never asked (${id}).`,
  }));
  return [...ofPhases, ...questions];
}

const didRun = ({ status, attempt }: PhaseState): boolean =>
  attempt > 0 && status !== 'skipped' && status !== 'pending';

function whole(state: GoLiveState, phase: PhaseState, planned: readonly PlannedPhase[]): NotChecked[] {
  const gates = unjudged(phase, planned);
  const what = `${phase.index} ${phase.title}${gates.length > 0 ? `: ${listed(gates)}` : ''}`;
  return [{ what, why: whyNot(state, phase) }];
}

function whyNot(state: GoLiveState, { omitted, status, sentence }: PhaseState): string {
  if (omitted) return `Declared not required by ${omitted.by} as ${roleName(state, omitted.role)}: ${omitted.reason}`;
  if (status === 'skipped') return conditionText(sentence ?? 'The runbook leaves it out.');
  return state.aborted ? 'The go-live was aborted before it.' : 'The go-live ended before it.';
}

/** What a phase that ran did not come to. */
function partly(phase: PhaseState, planned: readonly PlannedPhase[]): NotChecked[] {
  const name = `${phase.index} ${phase.title}`;
  const skipped = phase.steps.flatMap(({ title, skipped: why }) =>
    why === undefined ? [] : [{ what: `${name}: ${title}`, why: conditionText(why) }],
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

/** A condition that left something out, in words; its expression behind them. */
function conditionText(why: string): string {
  const expression =
    /^when: (?<of>.*)$/s.exec(why)?.groups?.of ?? /^Skipped: (?<of>.*) does not hold\.$/s.exec(why)?.groups?.of;
  return expression === undefined ? why : `Its condition does not hold: ${expression}`;
}
