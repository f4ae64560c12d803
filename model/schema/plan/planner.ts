import { needAsked } from '../../people/need.js';
import { parseDuration } from '../../duration.js';
import { ExpressionError, resolve } from '../../expression/expression.js';
import type { ExpressionContext } from '../../expression/expression.js';
import { givenWithEnv } from './plan-env.js';
import { guardsOf, planGates } from './plan-gates.js';
import { foldersOf, leftOut, networkOf } from './plan-reach.js';
import { fillTexts, noticesOf, questionFields } from './plan-texts.js';
import { checkGuardrails, durationsOf, type PlanProblem, type PlanRequest, resolveInputs } from './plan-inputs.js';
import { evidenceOf } from './plan-evidence.js';
import { markReads } from './plan-reads.js';
import { markWhy } from './plan-why.js';
import { impossibleTimes } from './plan-times.js';
import { markWindows, planWindow } from './plan-windows.js';
import { pointersOf } from './plan-playbook.js';
import { planWaivers } from './plan-waivers.js';
import type { JsonObject } from '../../json.js';
import { addressText, type ApprovalId, asId, goLiveIdOf } from '../../plan/address.js';
import { promisesUndo, type TooLarge, tooLarge } from '../../plan/limits.js';
import { needsOf, runsBeside } from '../../plan/needs.js';
import {
  type ApprovalPlan,
  type DecisionPlan,
  OWN_UNDO,
  type PhasePlan,
  type Plan,
  type RollbackPlan,
  type StepNode,
  type StepPlan,
} from '../../plan/plan.js';
import { approvalIds, list } from '../check/checks.js';
import { pathsIn } from '../expression/expression-paths.js';
import { isParallel } from '../format/runbook.js';
import { settledBy } from '../format/runbook-fields.js';
import type { Runbook, RunbookApproval, RunbookNode, RunbookPhase, RunbookStep } from '../format/runbook.js';
import { kindEffect, type StepKind } from '../format/kind.js';
import type { Kinds } from '../format/scope.js';

const HOUR_MS = 3_600_000;
const STEP_TIMEOUT_MS = 120_000;
const ATTEMPTS = 3;
const BACKOFF_MS = 2000;

export type Planned = { plan: Plan; problems?: undefined } | { problems: PlanProblem[]; plan?: undefined };

/** What every part of the planner needs: the runbook, its kinds, and how a duration is settled. */
export interface Planning {
  runbook: Runbook;
  kinds: Kinds;
  /** Inputs and target: all that expressions can know before the run. */
  context: ExpressionContext;
  /** Milliseconds of a duration or of `${{ inputs.x }}`. */
  ms: (span: string | undefined, otherwise: number) => number;
  /** The steps are of a rollback, the way back itself: only what must be released at the end is taken back. */
  wayBack?: true;
}

/** Where the input says how long a step takes, its time limit must not end it earlier. */
function ownTime(planning: Planning, step: RunbookStep, kind: StepKind | undefined): number {
  if (!kind?.takes) return 0;
  try {
    const value = resolve(kind.takes(step.with ?? {}) ?? 0, planning.context);
    const ms = typeof value === 'string' ? (parseDuration(value) ?? 0) : Number(value);
    return Number.isFinite(ms) ? Math.ceil(ms * 1.2) + 30_000 : 0;
  } catch (error) {
    if (error instanceof ExpressionError) return 0;
    throw error;
  }
}

function planStep(planning: Planning, step: RunbookStep): StepPlan {
  const { runbook, kinds, ms } = planning;
  const { defaults } = runbook;
  const kind = kinds[step.uses];
  const effect = step.effect ?? kindEffect(kind);
  const attempts = effect === 'once' ? 1 : (step.retry?.attempts ?? defaults?.retry?.attempts ?? ATTEMPTS);
  const plan: StepPlan = {
    id: asId(step.id),
    title: step.title ?? step.id,
    uses: step.uses,
    with: givenWithEnv(planning, step),
    effect,
    timeoutMs: Math.max(ms(step.timeout ?? defaults?.timeout, STEP_TIMEOUT_MS), ownTime(planning, step, kind)),
    retry: {
      attempts,
      backoffMs: ms(step.retry?.backoff ?? defaults?.retry?.backoff, BACKOFF_MS),
      ...(step.retry?.attempts === undefined ? {} : { asked: true as const }),
    },
    ownUndo: kind !== undefined && kind.undo !== null,
    undoOn: step.undoOn ?? 'failure',
    guards: guardsOf(planning.runbook, step),
    onFail: step.onFail ?? 'stop',
    maySkip: step.maySkip ?? false,
  };
  if (step.when !== undefined) plan.when = step.when;
  if (step.until) {
    const { every, within, consecutive = 1, condition } = step.until;
    plan.until = { everyMs: ms(every, 1000), withinMs: ms(within, 60_000), consecutive };
    if (condition !== undefined) plan.until.condition = condition;
  }
  if (step.window) plan.window = planWindow(step.window, ms);
  if (step.probe) plan.probe = { ...step.probe, with: givenWithEnv(planning, step.probe) };
  if (step.undo === 'none') plan.undo = [];
  else if (step.undo) {
    plan.undo = step.undo.map((call) =>
      call === OWN_UNDO
        ? call
        : { uses: call.uses, with: givenWithEnv(planning, call), title: call.title ?? `${call.uses} for ${step.id}` },
    );
  }
  if (planning.wayBack && plan.undoOn !== 'always' && promisesUndo(plan)) plan.undo = [];
  return plan;
}

function planNodes(planning: Planning, nodes: readonly RunbookNode[] | undefined): StepNode[] {
  return (nodes ?? []).map((node) =>
    isParallel(node) ? { parallel: node.parallel.map((step) => planStep(planning, step)) } : planStep(planning, node),
  );
}

function planApproval(
  { runbook, ms }: Planning,
  id: ApprovalId,
  approval: RunbookApproval,
  defaults: { question: string; when: 'before' | 'after'; live: boolean },
): ApprovalPlan {
  const needs = approval.needs ?? (approval.role === undefined ? [] : [{ role: approval.role, count: approval.count }]);
  return {
    id,
    when: approval.when ?? defaults.when,
    needs: needs.flatMap(({ role, count = 1 }) => {
      const known = list(role).filter((one) => Object.hasOwn(runbook.roles, one));
      return needAsked(known, count) ?? [];
    }),
    ...questionFields(approval.question ?? defaults.question),
    expiresMs: ms(approval.expires, HOUR_MS),
    distinct: approval.distinct ?? true,
    starterMay: approval.starterMay ?? !defaults.live,
    ...(approval.needsReason ? { needsReason: approval.needsReason } : {}),
    ...(approval.fromAttempt === undefined ? {} : { fromAttempt: approval.fromAttempt }),
    ...(approval.onReject === undefined ? {} : { onReject: approval.onReject }),
    ...(approval.auto === undefined
      ? {}
      : { auto: { rule: approval.auto, reads: pathsIn(approval.auto).map(({ keys }) => keys) } }),
  };
}

function planPhase(planning: Planning, phase: RunbookPhase, live: boolean): PhasePlan {
  const { ms, runbook } = planning;
  const owner = [...list(phase.owner)];
  const approvals = list(phase.approval);
  const ids = approvalIds(phase.id, approvals);
  const { onFail, title = phase.id } = phase;
  const anyRole = Object.keys(runbook.roles)[0] ?? '';
  const plan: PhasePlan = {
    id: asId(phase.id),
    title,
    owner,
    plannedMs: ms(phase.planned, 0),
    approvals: approvals.map((approval, index) =>
      planApproval(planning, ids[index] ?? asId(phase.id), approval, {
        question: approval.when === 'after' ? `Accept the results of "${title}"?` : `Start "${title}"?`,
        when: 'before',
        live,
      }),
    ),
    checklist: (phase.checklist ?? []).map(({ id, text, role }) => ({
      id: addressText({ phase: asId(phase.id), part: asId(id) }),
      text,
      role,
    })),
    steps: planNodes(planning, phase.steps),
    gates: planGates(phase),
    onFail: {
      attempts: onFail?.attempts ?? 1,
      then: typeof onFail?.then === 'object' ? { return: asId(onFail.then.return) } : (onFail?.then ?? 'stop'),
      ask: { role: onFail?.ask?.role ?? owner[0] ?? anyRole, expiresMs: ms(onFail?.ask?.expires, HOUR_MS) },
    },
  };
  // A plan in which one phase follows another says nothing of it.
  if (runsBeside(runbook.phases)) plan.needs = needsOf(runbook.phases, phase.id).map((id) => asId(id));
  if (phase.when !== undefined) plan.when = phase.when;
  if (phase.human) plan.human = true;
  if (phase.mayOmit) plan.mayOmit = [...list(phase.mayOmit.by)];
  if (onFail?.rollback !== undefined) plan.onFail.rollback = onFail.rollback;
  return plan;
}

function planDecisions(planning: Planning, live: boolean): DecisionPlan[] {
  const { decisions = [], phases } = planning.runbook;
  // A runbook that names no decision decides one thing: that every phase holds.
  if (decisions.length === 0) return [{ id: 'go', title: 'GO', requires: phases.map((phase) => phase.id) }];
  return decisions.map(({ id, title = id, requires, approval }) => ({
    id,
    title,
    requires,
    ...(approval
      ? {
          approval: planApproval(planning, asId(id), approval, { question: `Decide "${title}"?`, when: 'after', live }),
        }
      : {}),
  }));
}

function planRollbacks(planning: Planning): Record<string, RollbackPlan> {
  return Object.fromEntries(
    Object.entries(planning.runbook.rollbacks ?? {}).map(([id, { title = id, undo = 'none', takesBack, steps }]) => [
      id,
      {
        id,
        title,
        undo,
        ...(takesBack ? { takesBack: takesBack.map((phase) => asId(phase)) } : {}),
        steps: planNodes({ ...planning, wayBack: true }, steps),
      },
    ]),
  );
}

function createPlanning(runbook: Runbook, kinds: Kinds, inputs: JsonObject, target: Plan['target']): Planning {
  const context: ExpressionContext = { inputs, target: { id: target.id, variables: target.variables } };
  return {
    runbook,
    kinds,
    context,
    ms: (span, otherwise) => {
      if (span === undefined) return otherwise;
      const name = settledBy(span);
      const value = name === undefined ? parseDuration(span) : inputs[name];
      return typeof value === 'number' ? value : otherwise;
    },
  };
}

/**
 * Settles everything that can be settled before a runbook runs: inputs, defaults, durations, spread gates.
 *
 * @returns the plan, or every reason why there is none (inputs outside their limits, guardrails of live mode)
 */
export function planRunbook(request: PlanRequest): Planned {
  const { runbook, mode } = request;
  const problems: PlanProblem[] = [];
  const live = mode === 'live';
  if (live && request.timeScale !== 1)
    problems.push({ message: 'A live go-live runs in real time.', hint: 'Leave the time scale out, or rehearse.' });
  if (!(request.timeScale >= 1)) problems.push({ message: `The time scale ${request.timeScale} is below 1.` });
  const inputs = resolveInputs(request, problems);
  const target = { id: request.target.id, variables: { ...runbook.target?.variables, ...request.target.variables } };
  const planning = createPlanning(runbook, request.kinds, inputs, target);
  if (problems.length === 0) checkGuardrails(request, planning.context, problems);
  if (problems.length > 0) return { problems };
  const made = fillTexts(makePlan(request, planning, inputs, target), planning.context, request.preview ?? false);
  const settled = 'plan' in made ? made.plan : undefined;
  const impossible = settled ? [...impossibleTimes(settled), ...leftOut(settled, planning)] : [];
  if (impossible.length > 0) return { problems: impossible };
  const excess = 'plan' in made && tooLarge(made.plan);
  return excess ? { problems: [excess] } : made;
}

/** Why the plan of a runbook could never fit, whatever its inputs; nothing when it could. */
export function neverFits(runbook: Runbook, kinds: Kinds): TooLarge | undefined {
  const nothing = { file: '', sha256: '', inputs: {}, change: '', baseDir: '/', evidenceDir: '/', timeScale: 1 };
  const request: PlanRequest = { ...nothing, runbook, kinds, target: { id: '' }, mode: 'rehearse', preview: true };
  const planning = createPlanning(runbook, kinds, {}, { id: '', variables: {} });
  return tooLarge(makePlan(request, planning, {}, { id: '', variables: {} }));
}

function makePlan(request: PlanRequest, planning: Planning, inputs: JsonObject, target: Plan['target']): Plan {
  const { runbook, change, mode } = request;
  const plan: Plan = {
    planVersion: 1,
    runbook: { id: runbook.id, title: runbook.title, sha256: request.sha256, file: request.file },
    goLiveId: goLiveIdOf(target.id, change),
    target,
    change,
    mode,
    timeScale: request.timeScale,
    baseDir: request.baseDir,
    roles: runbook.roles,
    inputs,
    ...durationsOf(runbook),
    phases: runbook.phases.map((phase) => planPhase(planning, phase, mode === 'live')),
    decisions: planDecisions(planning, mode === 'live'),
    rollbacks: planRollbacks(planning),
    onNoGo: runbook.onNoGo ?? 'undo',
    evidence: evidenceOf(request, target),
    notices: noticesOf(runbook.notices, planning.context, request.preview ?? false),
    waivers: planWaivers(runbook, planning.ms),
  };
  if (request.people && Object.keys(request.people).length > 0) plan.people = request.people;
  plan.network = networkOf(plan, request.allow ?? [], planning);
  if (runbook.allow?.commands) plan.commands = runbook.allow.commands;
  plan.folders = foldersOf(runbook, plan, request.folders ?? []);
  if (runbook.playbook) plan.playbook = pointersOf(runbook.playbook);
  if (request.signing) plan.signing = request.signing;
  markWhy(plan, request.kinds);
  markReads(plan);
  markWindows(plan);
  return plan;
}
