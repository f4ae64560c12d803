import { addressText, asId } from '../../plan/address.js';
import type { Json } from '../../json.js';
import { parseInput } from '../format/inputs.js';
import type { Runbook, RunbookStep } from '../format/runbook.js';
import { wouldGive } from '../format/kind.js';
import { specOf } from '../format/scope.js';
import { reportIssues } from '../yaml/issues.js';
import { approvalIds, checkRole, list, placed, unique } from './checks.js';
import type { Check } from './checks.js';
import type { Path } from '../yaml/source.js';
import { patternProblem } from '../../text/pattern.js';
import { didYouMean } from '../suggest.js';

/** Ids that people answer to: approvals, decisions, and checklist items as `<phase>.<item>`. */
export function answerable(runbook: Runbook): string[] {
  const phases = runbook.phases.flatMap((phase) => {
    const items: string[] = (phase.checklist ?? []).map((item) =>
      addressText({ phase: asId(phase.id), part: asId(item.id) }),
    );
    return [...approvalIds(phase.id, list(phase.approval)), ...items];
  });
  return [
    ...phases,
    ...(runbook.decisions ?? []).filter((decision) => decision.approval).map((decision) => decision.id),
  ];
}

function checkInputs({ source, runbook }: Check, path: Path, given: Readonly<Record<string, Json>>): void {
  const inputs = runbook.inputs ?? {};
  for (const [name, value] of Object.entries(given)) {
    const spec = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    if (!spec) {
      source.atKey(path, name, `there is no input '${name}'`, didYouMean(name, Object.keys(inputs), 'inputs'));
      continue;
    }
    const result = parseInput(spec, value, false);
    if (!result.ok) source.at([...path, name], `input '${name}' ${result.message}`);
  }
}

function checkAnswers({ source, runbook }: Check, path: Path, given: Readonly<Record<string, unknown>>): void {
  const known = answerable(runbook);
  for (const id of Object.keys(given)) {
    if (id !== '*' && !known.includes(id))
      source.atKey(path, id, `nobody is asked '${id}'`, didYouMean(id, [...known, '*'], 'questions'));
  }
}

/** Each names a step, and gives what a step of that kind gives. */
function checkOutputs(
  { source, runbook, kinds }: Check,
  path: Path,
  said: NonNullable<NonNullable<Runbook['rehearsal']>['outputs']>,
): void {
  const steps = new Map<string, RunbookStep>(
    runbook.phases.flatMap((phase) =>
      placed(phase.steps ?? [], []).map(({ step }) => [`${phase.id}.${step.id}`, step] as const),
    ),
  );
  for (const [address, given] of Object.entries(said)) {
    const step = steps.get(address);
    if (!step) {
      source.atKey(path, address, `there is no step '${address}'`, didYouMean(address, [...steps.keys()], 'steps'));
      continue;
    }
    if (step.window) {
      source.atKey(path, address, `'${address}' has a \`window\`: what it gives is counted`, 'Leave it out.');
      continue;
    }
    const kind = Object.hasOwn(kinds, step.uses) ? kinds[step.uses] : undefined;
    if (!kind) continue;
    const known = Object.keys(kind.outputs.shape);
    for (const name of Object.keys(given)) {
      if (!known.includes(name))
        source.atKey(
          [...path, address],
          name,
          `'${step.uses}' gives no '${name}'`,
          `${didYouMean(name, known, 'outputs')} See golive explain ${step.uses}.`,
        );
    }
    const issues = kind.outputs.safeParse(wouldGive(kind, given)).error?.issues ?? [];
    reportIssues(source, [...path, address], issues, given, specOf(kind.outputs, 'output'));
  }
}

function checkFault(
  check: Check,
  path: Path,
  fault: NonNullable<NonNullable<Runbook['rehearsal']>['faults']>[number],
): void {
  const { source, runbook } = check;
  const { expect } = fault;
  if (fault.inputs) checkInputs(check, [...path, 'inputs'], fault.inputs);
  if (fault.answers) checkAnswers(check, [...path, 'answers'], fault.answers);
  const rollbacks = [...Object.keys(runbook.rollbacks ?? {}), 'undo'];
  expect.rollbacks?.forEach((id, index) => {
    if (!rollbacks.includes(id))
      source.at(
        [...path, 'expect', 'rollbacks', index],
        `there is no rollback '${id}'`,
        didYouMean(id, rollbacks, 'rollbacks'),
      );
  });
  const phases = runbook.phases.map((phase) => phase.id);
  if (expect.phase !== undefined && !phases.includes(expect.phase)) {
    source.at(
      [...path, 'expect', 'phase'],
      `there is no phase '${expect.phase}'`,
      didYouMean(expect.phase, phases, 'phases'),
    );
  }
  const decisions = (runbook.decisions ?? []).map((decision) => decision.id);
  for (const id of Object.keys(expect.decisions ?? {})) {
    if (!decisions.includes(id))
      source.atKey(
        [...path, 'expect', 'decisions'],
        id,
        `there is no decision '${id}'`,
        didYouMean(id, decisions, 'decisions'),
      );
  }
}

/** Declared inputs have defaults that fit, and the rehearsal names only what exists. */
export function checkRehearsal(check: Check): void {
  const { source, runbook } = check;
  for (const [name, spec] of Object.entries(runbook.inputs ?? {})) {
    const path: Path = ['inputs', name];
    const problem = spec.pattern === undefined ? undefined : patternProblem(spec.pattern);
    if (problem && spec.pattern !== undefined) {
      const { message, suggestion, offset, length } = problem;
      const part = { text: spec.pattern, offset, length };
      source.at([...path, 'pattern'], `this is no pattern: ${message}`, suggestion, part);
      continue;
    }
    if (spec.default === undefined) continue;
    const result = parseInput(spec, spec.default, false);
    if (!result.ok) source.at([...path, 'default'], `the default of '${name}' ${result.message}`);
  }
  const { rehearsal } = runbook;
  if (!rehearsal) return;
  if (rehearsal.inputs) checkInputs(check, ['rehearsal', 'inputs'], rehearsal.inputs);
  if (rehearsal.answers) checkAnswers(check, ['rehearsal', 'answers'], rehearsal.answers);
  if (rehearsal.operator) checkRole(check, ['rehearsal', 'operator', 'role'], rehearsal.operator.role);
  if (rehearsal.outputs) checkOutputs(check, ['rehearsal', 'outputs'], rehearsal.outputs);
  for (const role of Object.keys(rehearsal.people ?? {})) {
    if (!Object.hasOwn(runbook.roles, role))
      source.atKey(
        ['rehearsal', 'people'],
        role,
        `there is no role '${role}'`,
        didYouMean(role, Object.keys(runbook.roles), 'roles'),
      );
  }
  const faults = rehearsal.faults ?? [];
  unique(
    source,
    faults.map((fault, index) => ({ id: fault.id, path: ['rehearsal', 'faults', index, 'id'] })),
    'fault',
  );
  faults.forEach((fault, index) => checkFault(check, ['rehearsal', 'faults', index], fault));
}
