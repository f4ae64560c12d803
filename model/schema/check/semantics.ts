import { contextKey } from '../../expression/expression.js';
import { checkExpression } from '../expression/expression-check.js';
import type { ExpressionTypes, TypeSpec } from '../expression/expression-check.js';
import { checkRole, checkSpans, list, placed, unique } from './checks.js';
import type { Check } from './checks.js';
import { checkAllow } from './allow-check.js';
import { checkDefaultEnv } from './env-check.js';
import { checkEvidence } from './evidence-check.js';
import { checkGates } from './gate-check.js';
import { checkNeeds, checkReturnsToNeed, notSurelyOver } from './needs-check.js';
import { checkPlaybook } from './playbook-check.js';
import { checkRehearsal } from './rehearsal-check.js';
import { checkRollbackName, checkRollbacks } from './rollback-check.js';
import { checkSchedules } from './schedule-check.js';
import { checkWaivers } from './waiver-check.js';
import type { RunbookNode, RunbookPhase } from '../format/runbook.js';
import { baseTypes, Scope } from '../format/scope.js';
import type { Path } from '../yaml/source.js';
import { checkAt, checkStep, checkWith } from './step-check.js';
import type { StepCheck } from './step-check.js';
import { checkQuestions, checkTitles } from './text-check.js';
import { didYouMean } from '../suggest.js';

/** Checks the steps of a phase or rollback in order; the scope grows as they are passed. */
function checkSteps(check: StepCheck, nodes: readonly RunbookNode[], path: Path, root: Check): void {
  const all = placed(nodes, path);
  unique(
    check.source,
    all.map(({ step, path: at }) => ({ id: step.id, path: [...at, 'id'] })),
    'step',
  );
  for (const [index, node] of nodes.entries()) {
    const group = placed([node], path).map(({ step, path: at }) => ({
      step,
      path: [...path, index, ...at.slice(path.length + 1)],
    }));
    const results = group.map(({ step, path: at }) => {
      checkSpans(root, at, step);
      if (step.until) checkSpans(root, [...at, 'until'], step.until);
      if (step.window) checkSpans(root, [...at, 'window'], step.window);
      if (step.retry) checkSpans(root, [...at, 'retry'], step.retry);
      return { step, outputs: checkStep(check, at, step) };
    });
    for (const { step, outputs } of results) check.scope.add(step.id, outputs ?? {}, step.when !== undefined);
  }
}

function laterSteps(nodes: readonly RunbookNode[]): Record<string, string> {
  const ids = placed(nodes, []).map(({ step }) => step.id);
  return Object.fromEntries(
    ids.map((id) => [id, `Step '${id}' has not run yet at this place: only earlier steps can be read.`]),
  );
}

interface ApprovalLike {
  role?: string;
  count?: number;
  needs?: readonly { role: string | readonly string[] }[];
  needsReason?: boolean | readonly string[];
}

function checkApproval(check: Check, path: Path, approval: ApprovalLike): void {
  checkSpans(check, path, { ...approval });
  if (approval.role !== undefined) checkRole(check, [...path, 'role'], approval.role);
  approval.needs?.forEach(({ role }, index) => {
    const at = [...path, 'needs', index, 'role'];
    if (typeof role === 'string') checkRole(check, at, role);
    else role.forEach((one, place) => checkRole(check, [...at, place], one));
  });
  checkChoices(check, path, approval);
  if (approval.role === undefined && approval.needs === undefined) {
    check.source.at(path, 'the approval names no role', 'Add role: …, or needs: [{ role: …, count: … }].');
  }
  if (approval.needs !== undefined && (approval.role !== undefined || approval.count !== undefined)) {
    check.source.at(path, 'the approval has `role` and `needs`', 'Keep one of the two.');
  }
}

/** A vote fills one place: where there is a choice of roles, none may stand in two. */
function checkChoices(check: Check, path: Path, { needs = [], needsReason }: ApprovalLike): void {
  const choice = needs.some(({ role }) => typeof role !== 'string');
  const roles = needs.flatMap(({ role }) => list(role));
  const twice = roles.find((role, index) => roles.indexOf(role) !== index);
  if (choice && twice !== undefined) {
    check.source.at([...path, 'needs'], `the role '${twice}' stands there twice`, 'Give each role one place.');
  }
  const parts = Array.isArray(needsReason) ? needsReason : [];
  if (new Set(parts).size < parts.length) {
    check.source.at([...path, 'needsReason'], 'it names a part twice', 'Give each part another name.');
  }
}

function checkPeople(check: Check, path: Path, phase: RunbookPhase): void {
  const owners = list(phase.owner);
  owners.forEach((role, index) =>
    checkRole(check, Array.isArray(phase.owner) ? [...path, 'owner', index] : [...path, 'owner'], role),
  );
  list(phase.approval).forEach((approval, index) => {
    checkApproval(
      check,
      Array.isArray(phase.approval) ? [...path, 'approval', index] : [...path, 'approval'],
      approval,
    );
  });
  const items = phase.checklist ?? [];
  unique(
    check.source,
    items.map((item, index) => ({ id: item.id, path: [...path, 'checklist', index, 'id'] })),
    'checklist item',
  );
  items.forEach((item, index) => checkRole(check, [...path, 'checklist', index, 'role'], item.role));
}

function checkOnFail(check: Check, path: Path, phase: RunbookPhase, index: number): void {
  const { onFail } = phase;
  const { source, runbook } = check;
  if (onFail?.rollback !== undefined) checkRollbackName(check, [...path, 'onFail', 'rollback'], onFail.rollback);
  if (typeof onFail?.then === 'object') {
    const target = onFail.then.return;
    const possible = runbook.phases.slice(0, index + 1).map((earlier) => earlier.id);
    const later = runbook.phases.some((other) => other.id === target);
    if (!possible.includes(target)) {
      const hint = later
        ? 'A phase can return to itself or to an earlier one.'
        : didYouMean(target, possible, 'phases');
      source.at(
        [...path, 'onFail', 'then', 'return'],
        later ? `phase '${target}' comes later` : `there is no phase '${target}'`,
        hint,
      );
    }
  }
  if (onFail?.ask) {
    checkRole(check, [...path, 'onFail', 'ask', 'role'], onFail.ask.role);
    checkSpans(check, [...path, 'onFail', 'ask'], onFail.ask);
  }
  const asks = onFail?.then === 'ask' || placed(phase.steps ?? [], []).some(({ step }) => step.onFail === 'ask');
  if (asks && !onFail?.ask && list(phase.owner).length === 0) {
    source.at(
      path,
      'a failure asks, but nobody is named to answer',
      'Give the phase an owner, or onFail.ask: { role: … }.',
    );
  }
}

/** Rules that approve in place of people: typed like every expression, and never where only people may. */
function checkPolicies(check: StepCheck, phase: RunbookPhase, path: Path): void {
  list(phase.approval).forEach((approval, index) => {
    if (approval.auto === undefined) return;
    const at = [...path, 'approval', ...(Array.isArray(phase.approval) ? [index] : []), 'auto'];
    const { steps, ...before } = check.scope.types;
    const types = approval.when === 'after' && steps ? { ...before, steps } : before;
    checkAt(check, at, approval.auto, { types, expected: ['boolean'] });
    if (phase.human)
      check.source.at(
        at,
        `only people may approve phase '${phase.id}': it is marked human`,
        'Leave `auto` or `human` out.',
      );
  });
}

function checkPhase(check: Check, index: number, base: ExpressionTypes, phases: Record<string, TypeSpec>): TypeSpec {
  const phase = check.runbook.phases[index] as RunbookPhase;
  const path: Path = ['phases', index];
  const beside = notSurelyOver(check, phase.id);
  const over = Object.fromEntries(Object.entries(phases).filter(([key]) => !Object.hasOwn(beside, key)));
  const scope = new Scope(base, over, laterSteps(phase.steps ?? []), beside);
  const step: StepCheck = { ...check, scope };
  if (phase.when !== undefined) {
    const { steps: _, ...types } = scope.types;
    checkAt(step, [...path, 'when'], phase.when, { types, expected: ['boolean'] });
  }
  checkSpans(check, path, phase);
  checkPeople(check, path, phase);
  checkSteps(step, phase.steps ?? [], [...path, 'steps'], check);
  checkPolicies(step, phase, path);
  checkQuestions(step, path, phase.approval);
  checkGates(step, phase, path);
  checkOnFail(check, path, phase, index);
  if (!phase.steps?.length && !phase.gates?.length && !phase.approval && !phase.checklist?.length) {
    check.source.at(path, `phase '${phase.id}' does nothing`, 'Give it steps, gates, a checklist or an approval.');
  }
  const outputs: TypeSpec = { type: 'object', properties: { ...scope.steps }, members: `steps of phase '${phase.id}'` };
  return { type: 'object', properties: { steps: outputs }, members: `members of phase '${phase.id}'` };
}

function checkDecisions(check: Check): void {
  const { source, runbook } = check;
  const known = runbook.phases.map((phase) => phase.id);
  runbook.decisions?.forEach((decision, index) => {
    const path: Path = ['decisions', index];
    if (known.includes(decision.id))
      source.at([...path, 'id'], `there is already a phase or decision '${decision.id}'`, 'Give it another id.');
    decision.requires.forEach((id, at) => {
      if (!known.includes(id))
        source.at(
          [...path, 'requires', at],
          `there is no phase or earlier decision '${id}'`,
          didYouMean(id, known, 'phases and decisions'),
        );
    });
    if (decision.approval) checkApproval(check, [...path, 'approval'], decision.approval);
    known.push(decision.id);
  });
}

function checkGuardrails({ source, runbook }: Check, base: ExpressionTypes): void {
  const types: ExpressionTypes = { inputs: base.inputs ?? {}, target: base.target ?? {} };
  runbook.guardrails?.forEach((rail, index) => {
    source.check(['guardrails', index, 'live'], rail.live, checkExpression(rail.live, types, ['boolean']));
  });
  const used = new Set(
    runbook.phases.flatMap((phase) => placed(phase.steps ?? [], []).flatMap(({ step }) => step.guards ?? [])),
  );
  for (const [id, guard] of Object.entries(runbook.guards ?? {})) {
    if (used.has(id)) continue;
    source.check(['guards', id, 'trips'], guard.trips, checkExpression(guard.trips, { it: {} }, ['boolean']));
  }
}

/** Checks everything that a schema cannot say: names, references, order, types of expressions. */
export function checkSemantics(check: Check): void {
  const { source, runbook, kinds } = check;
  const base = baseTypes(runbook);
  const phases: Record<string, TypeSpec> = {};
  unique(
    source,
    runbook.phases.map((phase, index) => ({ id: phase.id, path: ['phases', index, 'id'] })),
    'phase',
  );
  if (Object.keys(runbook.roles).length === 0)
    source.at(['roles'], 'no role is named', 'Name at least one, e.g. cto: CTO.');
  if (runbook.defaults) checkSpans(check, ['defaults'], runbook.defaults);
  runbook.phases.forEach((phase, index) => {
    phases[contextKey(phase.id)] = checkPhase(check, index, base, { ...phases });
  });
  for (const [id, rollback] of Object.entries(runbook.rollbacks ?? {})) {
    const scope = new Scope(base, phases, laterSteps(rollback.steps ?? []));
    checkSteps({ ...check, scope }, rollback.steps ?? [], ['rollbacks', id, 'steps'], check);
  }
  checkDefaultEnv(check);
  checkAllow(check);
  checkNeeds(check);
  checkReturnsToNeed(check);
  checkDecisions(check);
  const all: StepCheck = { ...check, scope: new Scope(base, phases, {}) };
  runbook.decisions?.forEach(({ approval }, index) => checkQuestions(all, ['decisions', index], approval));
  checkTitles(all, base);
  checkRollbacks(check);
  checkEvidence(check);
  checkGuardrails(check, base);
  checkPlaybook(check, base, phases);
  const [carrier, { notice: supplied = [] } = {}] = Object.entries(kinds).find(([, kind]) => kind.notice) ?? [];
  runbook.notices?.forEach((notice, index) => {
    if (carrier === undefined) return;
    const scope = new Scope(base, {}, {});
    checkWith({ ...check, scope }, ['notices', index, 'with'], carrier, notice.with, { supplied });
  });
  checkRehearsal(check);
  checkSchedules(check);
  checkWaivers(check);
}
