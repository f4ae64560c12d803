import { parseDuration } from '../../duration.js';
import type { JsonObject } from '../../json.js';
import { OWN_UNDO } from '../../plan/plan.js';
import { approvalId, type ApprovalId, asId } from '../../plan/address.js';
import { isParallel } from '../format/runbook.js';
import type { InputSpec } from '../format/inputs.js';
import { settledBy } from '../format/runbook-fields.js';
import { isLimited, spanProblem } from '../format/span-limits.js';
import type { Runbook, RunbookNode, RunbookStep } from '../format/runbook.js';
import type { Kinds } from '../format/scope.js';
import type { Path, Source } from '../yaml/source.js';
import { didYouMean } from '../suggest.js';

export interface Check {
  source: Source;
  runbook: Runbook;
  kinds: Kinds;
}

/** A step with its path in the file. */
export interface Placed {
  step: RunbookStep;
  path: Path;
}

/** Every step below `path`, groups opened. */
export function placed(nodes: readonly RunbookNode[], path: Path): Placed[] {
  return nodes.flatMap((node, index) =>
    isParallel(node)
      ? node.parallel.map((step, inner) => ({ step, path: [...path, index, 'parallel', inner] }))
      : [{ step: node, path: [...path, index] }],
  );
}

/** A use of a kind in a runbook: of a step, of its probe, of its undo. */
export interface PlacedCall {
  uses: string;
  given: JsonObject;
  path: Path;
}

/** Every use of a kind in the phases and rollbacks of a runbook, in their order. */
export function placedCalls({ phases, rollbacks = {} }: Runbook): PlacedCall[] {
  const steps = [
    ...phases.flatMap((phase, index) => placed(phase.steps ?? [], ['phases', index, 'steps'])),
    ...Object.entries(rollbacks).flatMap(([id, { steps: own }]) => placed(own ?? [], ['rollbacks', id, 'steps'])),
  ];
  return steps.flatMap(({ step, path }) => {
    const undos = Array.isArray(step.undo) ? step.undo : [];
    return [
      { uses: step.uses, given: step.with ?? {}, path },
      ...(step.probe ? [{ uses: step.probe.uses, given: step.probe.with ?? {}, path: [...path, 'probe'] }] : []),
      ...undos.flatMap((call, index) =>
        call === OWN_UNDO ? [] : [{ uses: call.uses, given: call.with ?? {}, path: [...path, 'undo', index] }],
      ),
    ];
  });
}

/** Reports every name that stands twice in a list of ids. */
export function unique(source: Source, ids: readonly { id: string; path: Path }[], what: string): void {
  const seen = new Set<string>();
  for (const { id, path } of ids) {
    if (seen.has(id)) source.at(path, `there is already a ${what} '${id}'`, 'Give it another id.');
    seen.add(id);
  }
}

export function checkRole({ source, runbook }: Pick<Check, 'source' | 'runbook'>, path: Path, role: string): void {
  if (Object.hasOwn(runbook.roles, role)) return;
  source.at(path, `there is no role '${role}'`, didYouMean(role, Object.keys(runbook.roles), 'roles'));
}

const SPANS = ['expires', 'planned', 'timeout', 'every', 'within', 'late', 'catchUp', 'validFor', 'backoff', 'atMost'];

/** A duration must be within its limits; an `${{ inputs.x }}` in its place must name a duration input. */
export function checkSpans(check: Check, path: Path, holder: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(holder)) {
    if (!SPANS.includes(key) || typeof value !== 'string') continue;
    const name = settledBy(value);
    if (name === undefined) {
      checkLength(check, [...path, key], value);
      continue;
    }
    settlingInput(check, [...path, key], name, 'duration');
  }
}

/** The input that settles a field; reported where there is none, or it is of another type. */
export function settlingInput(
  { source, runbook: { inputs = {} } }: Check,
  path: Path,
  name: string,
  type: InputSpec['type'],
): InputSpec | undefined {
  const input = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
  if (!input) source.at(path, `there is no input '${name}'`, didYouMean(name, Object.keys(inputs), 'inputs'));
  else if (input.type !== type) source.at(path, `input '${name}' is a ${input.type}, but a ${type} is wanted here`);
  else return input;
  return undefined;
}

function checkLength({ source }: Check, path: Path, text: string): void {
  const [of, name = ''] = path.slice(-2).map(String);
  const known = [`${of}.${name}`, name].find(isLimited);
  const ms = parseDuration(text);
  const problem = known === undefined || ms === undefined ? undefined : spanProblem(known, ms);
  if (problem !== undefined) source.at(path, problem);
}

/** One or many, as a list. */
export function list<T>(value: T | readonly T[] | undefined): readonly T[] {
  return value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

/** The ids of a phase's approvals, in their order. */
export function approvalIds(phase: string, approvals: readonly { when?: 'before' | 'after' }[]): ApprovalId[] {
  const counts = { before: 0, after: 0 };
  return approvals.map(({ when = 'before' }) => {
    counts[when] += 1;
    return approvalId(asId(phase), when, counts[when]);
  });
}
