import { contextKey } from '../../expression/expression.js';
import { oneLookBounds, manyFor } from '../expression/looks.js';
import { pathsIn } from '../expression/expression-paths.js';
import { isParallel } from '../format/runbook.js';
import type { Runbook, RunbookGate, RunbookNode, RunbookPhase } from '../format/runbook.js';
import type { Path, Source } from '../yaml/source.js';

/** Refuses a bound for one look where an expression is computed again and again, and the first good answer counts. */
export function checkLooks(source: Source, path: Path, expression = ''): void {
  for (const name of oneLookBounds(expression)) {
    source.at(
      path,
      `\`${name}\` is a bound for one look, and here is looked again and again: it would be wrong far more often than it says`,
      `Use ${manyFor(name)}(…): it holds however often one looks.`,
    );
  }
}

/** Refuses a bound for one look in a gate over what was looked at until it was good, where the gate does not say how often. */
export function checkGateLooks(
  source: Source,
  path: Path,
  gate: RunbookGate,
  { runbook, phase, it }: { runbook: Runbook; phase: RunbookPhase; it?: string },
): void {
  const [bound] = oneLookBounds(gate.value);
  if (bound === undefined || gate.looks !== undefined) return;
  const read = pathsIn(gate.value).flatMap(({ keys }) => stepRead(keys, runbook, phase, it));
  if (!read.some(looksAgain)) return;
  source.at(
    path,
    `\`${bound}\` is a bound for one look, and what it reads is looked at again and again until it is good`,
    `Add looks: many, and it is ${manyFor(bound)}, which holds however often one looks.`,
  );
}

/** The steps that a path of a gate reads. */
function stepRead([first, ...path]: string[], { phases }: Runbook, phase: RunbookPhase, it?: string): OneStep[] {
  if (first === 'it') return stepsOf([phase]).filter(({ id }) => id === it);
  const [of, id] =
    first === 'steps' ? [[phase], path[0]] : [phases.filter((one) => contextKey(one.id) === path[0]), path[2]];
  return stepsOf(of).filter((step) => contextKey(step.id) === id);
}

type OneStep = Exclude<RunbookNode, { parallel: unknown }>;

const stepsOf = (phases: readonly RunbookPhase[]): OneStep[] =>
  phases.flatMap(({ steps = [] }) => steps.flatMap((node) => (isParallel(node) ? node.parallel : [node])));

/** A window ends as soon as it is good, and `until` with a condition, too. */
const looksAgain = ({ window, until }: OneStep): boolean => window !== undefined || until?.condition !== undefined;
