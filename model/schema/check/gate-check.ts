import { contextKey } from '../../expression/expression.js';
import type { Expected, ExpressionTypes, TypeSpec } from '../expression/expression-check.js';
import { GATE_OPS, isEach } from '../format/runbook.js';
import type { RunbookGate, RunbookPhase } from '../format/runbook.js';
import type { Path } from '../yaml/source.js';
import { checkGateLooks } from './looks-check.js';
import { checkAt } from './step-check.js';
import type { StepCheck } from './step-check.js';
import { didYouMean } from '../suggest.js';

function wanted(gate: RunbookGate): Expected {
  if (gate.equals === undefined) return 'number';
  return typeof gate.equals === 'number' ? 'number' : typeof gate.equals === 'string' ? 'string' : 'boolean';
}

function checkGate(check: StepCheck, path: Path, gate: RunbookGate, types: ExpressionTypes, minded: boolean): void {
  const { source } = check;
  const ops = GATE_OPS.filter((op) => gate[op] !== undefined);
  if (ops.length === 0) source.at(path, `gate '${gate.id}' has no limit`, `Add one of: ${GATE_OPS.join(', ')}.`);
  if (ops.length > 1)
    source.at(
      path,
      `gate '${gate.id}' has ${ops.length} limits: ${ops.join(', ')}`,
      'Keep one; `within: [low, high]` gives two bounds.',
    );
  if (gate.within && gate.within[0] > gate.within[1])
    source.at([...path, 'within'], 'the lower bound is above the upper one');
  checkAt(check, [...path, 'value'], gate.value, { types, expected: [wanted(gate)], minded });
  for (const key of ['n', 'successes'] as const) {
    const expression = gate[key];
    if (expression !== undefined) checkAt(check, [...path, key], expression, { types, expected: ['number'], minded });
  }
  if (gate.baseline)
    checkAt(check, [...path, 'baseline', 'of'], gate.baseline.of, { types, expected: ['number'], minded });
  if (gate.minN !== undefined && gate.n === undefined && !/^\s*(wilsonLower|anytimeLower|ratio)\(/.test(gate.value)) {
    source.at([...path, 'minN'], '`minN` needs to know the sample size', 'Add n: <CEL of the sample size>.');
  }
  if (gate.floor && gate.hard === false)
    source.at([...path, 'floor'], 'a gate that only warns cannot be a floor', 'Leave one of the two out.');
}

/** Checks the gates of a phase, `each` opened; all its steps can be read. */
export function checkGates(check: StepCheck, phase: RunbookPhase, path: Path): void {
  const { source, scope } = check;
  const seen = new Set<string>();
  const once = (id: string, at: Path): void => {
    if (seen.has(id)) source.at(at, `there is already a gate '${id}' in this phase`, 'Give it another id.');
    seen.add(id);
  };
  phase.gates?.forEach((node, index) => {
    const at: Path = [...path, 'gates', index];
    if (!isEach(node)) {
      once(node.id, [...at, 'id']);
      checkGateLooks(source, [...at, 'value'], node, { runbook: check.runbook, phase });
      checkGate(check, at, node, scope.types, false);
      return;
    }
    node.each.forEach((stepId, position) => {
      const key = contextKey(stepId);
      const it: TypeSpec | undefined = Object.hasOwn(scope.steps, key) ? scope.steps[key] : undefined;
      if (!it) {
        const known = Object.keys(scope.steps).map((name) => name.replaceAll('_', '-'));
        source.at([...at, 'each', position], `this phase has no step '${stepId}'`, didYouMean(stepId, known, 'steps'));
        return;
      }
      node.gates.forEach((gate, inner) => {
        once(`${stepId}.${gate.id}`, [...at, 'gates', inner, 'id']);
        checkGateLooks(source, [...at, 'gates', inner, 'value'], gate, { runbook: check.runbook, phase, it: stepId });
        checkGate(check, [...at, 'gates', inner], gate, scope.withIt(it), false);
      });
    });
  });
}
