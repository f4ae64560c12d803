import { counted } from '../text/counted.js';
import { formatClock, formatDuration } from '../duration.js';
import { gateDetail, stepDetail, undoOrder, undoText } from './plan-detail.js';
import type { PhaseId } from './address.js';
import { needsText } from '../people/approval.js';
import { beginsAgainAt, takenAgain } from './begins-again.js';
import { criticalPath, plannedTimes, type PlannedTimes, plannedTotalMs } from './critical-path.js';
import { inputLines } from './input-text.js';
import { besideOf, runsBeside } from './needs.js';
import { stepsOf } from './plan.js';
import type { GatePlan, Limit } from './gate-plan.js';
import type { ApprovalPlan, PhasePlan, Plan, RollbackPlan, StepNode, StepPlan, WindowPlan } from './plan.js';

const SIGNS = { atLeast: '≥', above: '>', atMost: '≤', below: '<' } as const;

/** What a gate needs, in a few characters: `≥ 0.70`. */
export function limitText(limit: Limit, unit?: GatePlan['unit']): string {
  const show = (value: number): string => {
    if (unit === 'ms') return formatDuration(value);
    return unit === 'percent' ? `${Number((value * 100).toFixed(6))} %` : String(value);
  };
  switch (limit.op) {
    case 'equals':
      return `= ${typeof limit.threshold === 'number' ? show(limit.threshold) : JSON.stringify(limit.threshold)}`;
    case 'within':
      return `between ${show(limit.low)} and ${show(limit.high)}`;
    case 'noWorseThan':
      return `no worse than ${limit.baseline} less ${show(limit.by)}`;
    default:
      return `${SIGNS[limit.op]} ${show(limit.threshold)}`;
  }
}

function roleNames(plan: Plan, roles: readonly string[]): string {
  return roles.map((role) => plan.roles[role] ?? role).join(', ');
}

function askedText(plan: Plan, approval: ApprovalPlan): string {
  const who = needsText(approval.needs, plan.roles);
  const back = approval.onReject === undefined ? '' : `; a no runs rollback ${approval.onReject}`;
  const from = approval.fromAttempt === undefined ? '' : `from attempt ${approval.fromAttempt} on, `;
  return `${who}: "${approval.question}" (${from}within ${formatDuration(approval.expiresMs)}, else no${reasonText(approval)}${back})`;
}

function reasonText({ needsReason }: ApprovalPlan): string {
  if (!needsReason) return '';
  return needsReason === true ? '; with a reason' : `; with a reason that gives ${needsReason.join(', ')}`;
}

/** The plan whose steps are shown with all that they are given; undefined for what they do alone. */
type Detailed = Plan | undefined;

function goalText({ consecutive, share, maxRed }: WindowPlan): string {
  if (consecutive !== undefined) return `${consecutive} running are green`;
  if (!share) return `it is certain that at most ${maxRed ?? 0} are bad`;
  const { op, threshold } = share.limit;
  return `it is certain that the share is ${op === 'atMost' ? 'at most' : 'at least'} ${Number((threshold * 100).toPrecision(6))} %, or that it is not`;
}

function stepLines(step: StepPlan, indent: string, detailed: Detailed): string[] {
  const facts: string[] = [];
  if (step.when !== undefined) facts.push(`when ${step.when}`);
  if (step.until) {
    const times = step.until.consecutive > 1 ? `, ${step.until.consecutive} times running` : '';
    facts.push(
      `until it holds, every ${formatDuration(step.until.everyMs)} within ${formatDuration(step.until.withinMs)}${times}`,
    );
  }
  if (step.window) {
    const { everyMs, withinMs } = step.window;
    facts.push(
      `sampled every ${formatDuration(everyMs)} until ${goalText(step.window)}, at most ${formatDuration(withinMs)}`,
    );
  }
  for (const guard of step.guards) facts.push(`guard: ${guard.title}`);
  if (step.onFail !== 'stop') facts.push(step.onFail === 'ask' ? 'a failure asks' : 'goes on when it fails');
  const undo = undoText(step);
  if (undo !== undefined) facts.push(`undo: ${undo}`);
  const effect = step.effect === 'none' ? '' : `  [${step.effect}]`;
  return [
    `${indent}${step.id}  ${step.uses}${effect}  ${step.title === step.id ? '' : step.title}`.trimEnd(),
    ...[...facts, ...(detailed ? stepDetail(step, detailed) : [])].map(
      (fact) => `${' '.repeat(indent.length + 2)}${fact}`,
    ),
  ];
}

function nodeLines(nodes: readonly StepNode[], detailed: Detailed): string[] {
  return nodes.flatMap((node) => {
    if (!('parallel' in node)) return stepLines(node, '     · ', detailed);
    return ['     ∥ at the same time', ...node.parallel.flatMap((step) => stepLines(step, '       · ', detailed))];
  });
}

function gateLines(gate: GatePlan, verbose: boolean): string[] {
  const notes = [
    gate.floor ? 'floor' : '',
    gate.hard ? '' : 'warns only',
    gate.minN === undefined ? '' : `n ≥ ${gate.minN}`,
  ].filter(Boolean);
  const line = `     ◇ ${gate.title}  ${limitText(gate.limit, gate.unit)}${notes.length > 0 ? `  (${notes.join(', ')})` : ''}`;
  return [line, ...(verbose ? gateDetail(gate).map((fact) => `       ${fact}`) : [])];
}

function failureText(plan: Plan, phase: PhasePlan): string {
  const { attempts, rollback, then, ask } = phase.onFail;
  const back = rollback === undefined ? [] : [`rollback ${rollback}`];
  const from = (target: PhaseId): string =>
    phase.needs
      ? `again ${takenAgain(plan, phase, target).join(', ')}`
      : `again from ${beginsAgainAt(plan, phase, target)}`;
  const tries = `${from(typeof then === 'object' ? then.return : phase.id)}, ${attempts} attempts in all`;
  const again = attempts > 1 ? [...back, tries] : [];
  if (then === 'ask') {
    const person = `ask ${plan.roles[ask.role] ?? ask.role} (${formatDuration(ask.expiresMs)})`;
    const after =
      rollback === undefined ? '' : `; unless it is waived: rollback ${rollback}, retry-phase ${from(phase.id)}`;
    return [...again, person + after].join(', then ');
  }
  const last = attempts > 1 ? again : back;
  if (then !== 'continue') return [...last, 'stop'].join(', then ');
  if (phase.needs) {
    const others = takenAgain(plan, phase, phase.id).filter((id) => id !== phase.id);
    const gone = others.length === 0 ? [] : [`again ${others.join(', ')}`];
    return [...last, ...gone, 'go on with what waits for it'].join(', then ');
  }
  const earlier = beginsAgainAt(plan, phase, phase.id);
  const first = earlier === phase.id ? [] : [`again from ${earlier} up to it`];
  return [...last, ...first, 'go on with the next phase'].join(', then ');
}

interface PhasePlace {
  index: number;
  times: PlannedTimes;
  verbose: boolean;
}

/** What a phase waits for, what runs beside it, and how much time it has to spare; where one follows another, nothing. */
function placeLines(plan: Plan, { id, needs }: PhasePlan, { slackMs }: PlannedTimes): string[] {
  if (!needs) return [];
  const beside = besideOf(plan.phases, id);
  const facts = [
    needs.length === 0 ? 'needs nothing' : `needs ${needs.join(', ')}`,
    beside.length === 0 ? '' : `beside ${beside.join(', ')}`,
    slackMs === 0 ? 'on the critical path' : `slack ${formatDuration(slackMs)}`,
  ];
  return [`     ${facts.filter(Boolean).join(' · ')}`];
}

function phaseLines(plan: Plan, phase: PhasePlan, { index, times, verbose }: PhasePlace): string[] {
  const head = ` ${index}  ${phase.title}  [${phase.id}]   ${roleNames(plan, phase.owner)}   T+${formatClock(times.earliestStartMs)}, planned ${formatDuration(phase.plannedMs)}`;
  const lines = ['', head, ...placeLines(plan, phase, times)];
  if (phase.when !== undefined) lines.push(`     only when ${phase.when}`);
  if (phase.mayOmit) lines.push(`     may be omitted by ${roleNames(plan, phase.mayOmit)}`);
  for (const approval of phase.approvals.filter((one) => one.when === 'before'))
    lines.push(`     ● approval before by ${askedText(plan, approval)}`);
  for (const item of phase.checklist) lines.push(`     ☐ ${plan.roles[item.role] ?? item.role}: ${item.text}`);
  lines.push(
    ...nodeLines(phase.steps, verbose ? plan : undefined),
    ...phase.gates.flatMap((gate) => gateLines(gate, verbose)),
  );
  for (const approval of phase.approvals.filter((one) => one.when === 'after'))
    lines.push(`     ● approval after by ${askedText(plan, approval)}`);
  lines.push(`     ✗ on failure: ${failureText(plan, phase)}`);
  return lines;
}

function rollbackLines({ id, title, undo, takesBack = [], steps }: RollbackPlan, detailed: Detailed): string[] {
  const undone =
    undo === 'none' ? [] : [`     ↶ undo ${undo === 'all' ? 'of everything' : 'of the phase'}, newest first`];
  const also = takesBack.length === 0 ? [] : [`     ↶ takes back ${takesBack.join(', ')}`];
  return ['', ` ${id}  ${title}`, ...undone, ...also, ...nodeLines(steps, detailed)];
}

/**
 * The plan as a page of plain text: phases with their times, steps, approvers, gates, and what happens on failure.
 *
 * @param missing inputs that are not given yet
 * @param verbose also what each step is given, conditions, what gates read, and the order of undos
 */
export function planText(
  plan: Plan,
  missing: readonly { name: string; about?: string }[] = [],
  verbose = false,
): string {
  const times = plannedTimes(plan.phases);
  const path = runsBeside(plan.phases) ? `, critical path ${criticalPath(plan.phases).join(' → ')}` : '';
  const steps = plan.phases.reduce((sum, phase) => sum + stepsOf(phase.steps).length, 0);
  const gates = plan.phases.reduce((sum, phase) => sum + phase.gates.length, 0);
  const mode = plan.mode === 'live' ? 'LIVE' : `rehearsal${plan.timeScale === 1 ? '' : ` ×${plan.timeScale}`}`;
  const lines = [
    plan.runbook.title,
    `${plan.runbook.file}  sha256 ${plan.runbook.sha256.slice(0, 12)}  ${mode}`,
    `${counted(plan.phases.length, 'phase')}, ${counted(steps, 'step')}, ${counted(gates, 'gate')}, planned ${formatDuration(plannedTotalMs(plan.phases))}${path}. Nothing was run.`,
  ];
  const inputs = inputLines(plan).map((line) => `  ${line}`);
  if (inputs.length > 0) lines.push('', 'inputs', ...inputs);
  if (missing.length > 0) {
    lines.push(
      '',
      'still needed',
      ...missing.map(({ name, about }) => `  --input ${name}=…${about === undefined ? '' : `   ${about}`}`),
    );
  }
  plan.phases.forEach((phase, index) => {
    const own = times[index];
    if (own) lines.push(...phaseLines(plan, phase, { index, times: own, verbose }));
  });
  if (plan.decisions.length > 0) lines.push('', 'decisions');
  for (const { id, title, requires, approval } of plan.decisions) {
    lines.push(`  ${title}  [${id}]  requires ${requires.join(', ')}`);
    if (approval) lines.push(`     ● approval by ${askedText(plan, approval)}`);
  }
  const rollbacks = Object.values(plan.rollbacks);
  if (rollbacks.length > 0)
    lines.push('', 'rollbacks', ...rollbacks.flatMap((one) => rollbackLines(one, verbose ? plan : undefined)));
  if (verbose) lines.push(...undoOrder(plan));
  const { commands, network } = plan;
  if (commands) lines.push('', `programs that steps may start: ${commands.join(', ') || 'none'}`);
  if (network?.only) lines.push('', `hosts that steps may reach: ${network.only.join(', ') || 'none'}`);
  const { by = [], atMostMs = 0 } = plan.waivers ?? {};
  if (by.length > 0) lines.push('', `waivers: by ${roleNames(plan, by)}, for at most ${formatDuration(atMostMs)}`);
  const ending = plan.onNoGo === 'undo' ? 'what is left registered is undone, newest first' : 'what was done is kept';
  lines.push('', `without GO: ${ending}`, `evidence: ${plan.evidence.directory} (${plan.evidence.signoff})`);
  return `${lines.join('\n')}\n`;
}
