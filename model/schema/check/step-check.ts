import { ExpressionError, templateParts } from '../../expression/expression.js';
import { type Effect, EFFECTS, OWN_UNDO } from '../../plan/plan.js';
import type { JsonObject } from '../../json.js';
import { checkExpression } from '../expression/expression-check.js';
import type { Expected, ExpressionTypes, TypeSpec } from '../expression/expression-check.js';
import { pathsIn } from '../expression/expression-paths.js';
import { reportIssues, specsAt, withoutHoles } from '../yaml/issues.js';
import type { Spec } from '../yaml/issues.js';
import type { Runbook, RunbookStep } from '../format/runbook.js';
import { kindEffect, type StepKind } from '../format/kind.js';
import { outputsSpec, runningSpec, specOf } from '../format/scope.js';
import type { Kinds, Scope } from '../format/scope.js';
import type { Path, Source } from '../yaml/source.js';
import { didYouMean } from '../suggest.js';
import { eachScalar } from './each-scalar.js';
import { checkUntilTime } from './until-check.js';
import { checkLooks } from './looks-check.js';
import { checkWindow, runningWindow } from './window-check.js';
import { checkWritten } from './written-check.js';

export interface StepCheck {
  source: Source;
  runbook: Runbook;
  kinds: Kinds;
  scope: Scope;
}

const EXPECTED: Record<string, Expected> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  array: 'array',
  object: 'object',
};

/** What a place of the kind's input takes; empty = anything. */
function expectedAt(spec: Spec, path: Path): Expected[] {
  const specs = specsAt(spec, path).filter((one) => !one.anyOf && !one.oneOf && !one.allOf);
  const found = new Set<Expected>();
  for (const one of specs) {
    const types = one.type === undefined ? [] : typeof one.type === 'string' ? [one.type] : one.type;
    const values = [...(one.enum ?? []), ...(one.const === undefined ? [] : [one.const])].map((value) => typeof value);
    const known = [...types, ...values].map((type) => EXPECTED[type]);
    if (known.length === 0) return [];
    for (const type of known) if (type) found.add(type);
  }
  return [...found];
}

/** Checks one expression: types, and that no step that may be skipped is read where nothing minds it. */
export function checkAt(
  check: StepCheck,
  path: Path,
  expression: string,
  options: { types?: ExpressionTypes; expected?: readonly Expected[]; minded?: boolean } = {},
): void {
  const { source, scope } = check;
  const result = checkExpression(expression, options.types ?? scope.types, options.expected);
  source.check(path, expression, result);
  if (!result.ok || options.minded) return;
  const paths = pathsIn(expression);
  const asked = new Set(paths.filter((read) => read.asked).map((read) => read.keys.join('.')));
  for (const { keys, offset, length, asked: isAsked } of paths) {
    const [root, step = ''] = keys;
    if (root !== 'steps' || isAsked || !scope.conditional.has(step)) continue;
    if ([...asked].some((prefix) => prefix.startsWith(`steps.${step}`))) continue;
    const hint = `Give this step a \`when\` too, or ask has(steps.${step}) first.`;
    source.at(path, `step '${step}' has a \`when\`: it may be skipped and then gives nothing`, hint, {
      text: expression,
      offset,
      length,
    });
  }
}

/** Checks `with` against the input of a kind, expressions standing in for values of their type. */
export function checkWith(
  check: StepCheck,
  path: Path,
  kindName: string,
  given: JsonObject,
  options: { minded?: boolean; supplied?: readonly string[] } = {},
): void {
  const kind = check.kinds[kindName];
  if (!kind) return;
  const spec = specOf(kind.input, 'input');
  const holes = new Set<string>((options.supplied ?? []).map((name) => JSON.stringify([name])));
  eachScalar(given, [], (text, at) => {
    if (typeof text !== 'string' || !text.includes('${{')) return;
    holes.add(JSON.stringify(at));
    checkTemplate(check, [...path, ...at], text, { expected: expectedAt(spec, at), minded: options.minded });
  });
  checkWritten(check.source, path, given, (at) => expectedAt(spec, at));
  const issues = issuesOf(kind.input, given);
  const isHole = (at: Path) => at.some((_, index) => holes.has(JSON.stringify(at.slice(0, index + 1))));
  reportIssues(check.source, path, withoutHoles(issues, isHole), given, spec);
}

function issuesOf(
  schema: { safeParse(value: unknown): { error?: { issues: Parameters<typeof withoutHoles>[0] } } },
  given: JsonObject,
) {
  try {
    return schema.safeParse(given).error?.issues ?? [];
  } catch {
    // A transform met an expression where it expects a value; the activity parses again with the value.
    return [];
  }
}

/** Checks every expression of a text; a text that is wholly one gives its own type. */
export function checkTemplate(
  check: StepCheck,
  path: Path,
  text: string,
  options: { types?: ExpressionTypes; expected?: readonly Expected[]; minded?: boolean },
): void {
  const { expected = [] } = options;
  try {
    const parts = templateParts(text);
    const whole = parts.length === 1;
    for (const part of parts) {
      if ('expression' in part) checkAt(check, path, part.expression, { ...options, expected: whole ? expected : [] });
    }
    if (!whole && expected.length > 0 && !expected.includes('string')) {
      check.source.at(
        path,
        `text is joined here, but ${expected.join(' or ')} is wanted`,
        'Make the whole value one ${{ … }}.',
      );
    }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    check.source.at(path, error.reason, 'Write ${{ … }}; a literal ${{ is written $${{.');
  }
}

function checkUndo(check: StepCheck, path: Path, step: RunbookStep): void {
  if (!Array.isArray(step.undo)) return;
  step.undo.forEach((call, index) => {
    const at = [...path, 'undo', index];
    if (call === OWN_UNDO) return checkOwnUndo(check, at, step, index);
    if (!knownKind(check, [...at, 'uses'], call.uses)) return;
    checkWith(check, [...at, 'with'], call.uses, call.with ?? {}, { minded: step.when !== undefined });
    return undefined;
  });
}

function checkOwnUndo({ kinds, source }: StepCheck, at: Path, { uses, undo }: RunbookStep, index: number): void {
  if (kinds[uses]?.undo === null) source.at(at, `'${uses}' has no undo of its own`, 'Leave `own` out.');
  else if (undo?.indexOf(OWN_UNDO) !== index) source.at(at, 'the own undo is named twice', 'Name it once.');
}

function knownKind(check: StepCheck, path: Path, name: string): boolean {
  if (Object.hasOwn(check.kinds, name)) return true;
  check.source.at(
    path,
    `there is no step kind '${name}'`,
    `${didYouMean(name, Object.keys(check.kinds), 'kinds')} See golive explain list.`,
  );
  return false;
}

function checkGuards(check: StepCheck, path: Path, step: RunbookStep, running: TypeSpec | undefined): void {
  const { source, runbook } = check;
  const guards = runbook.guards ?? {};
  step.guards?.forEach((id, index) => {
    const at = [...path, 'guards', index];
    const guard = Object.hasOwn(guards, id) ? guards[id] : undefined;
    if (!guard) return source.at(at, `there is no guard '${id}'`, didYouMean(id, Object.keys(guards), 'guards'));
    if (!running)
      return source.at(
        at,
        `'${step.uses}' takes no guards: it gives no figures while it runs`,
        `Leave \`guards\` out.`,
      );
    source.check(['guards', id, 'trips'], guard.trips, checkExpression(guard.trips, { it: running }, ['boolean']));
    checkLooks(source, ['guards', id, 'trips'], guard.trips);
    return undefined;
  });
}

function checkEffect(check: StepCheck, path: Path, step: RunbookStep, kind: StepKind): void {
  const { source } = check;
  const mustSay = kind.effect === 'stated' || kind.mustSay?.(step.with ?? {}) === true;
  const own = kindEffect(kind);
  if (step.effect === undefined && mustSay) {
    return source.at(
      [...path, 'uses'],
      `'${step.uses}' must say its effect`,
      'Add effect: none (it only looks), idempotent (same state again) or once.',
    );
  }
  if (step.effect !== undefined && !mustSay && EFFECTS.indexOf(step.effect) < EFFECTS.indexOf(own)) {
    source.at(
      [...path, 'effect'],
      `'${step.uses}' has the effect ${own}; it cannot be called ${step.effect}`,
      'Leave `effect` out.',
    );
  }
  if ((step.effect ?? own) === 'once' && (step.retry?.attempts ?? 1) > 1) {
    source.at(
      [...path, 'retry'],
      'a step that must not be done twice cannot be retried',
      'Leave `retry` out, or make the command idempotent.',
    );
  }
  return undefined;
}

/** A probe only looks, and only a step that must not be repeated has use for one. */
function checkProbe(check: StepCheck, path: Path, step: RunbookStep, own: Effect): void {
  const { probe } = step;
  if (!probe) return;
  const at = [...path, 'probe'];
  if ((step.effect ?? own) !== 'once') {
    check.source.at(
      at,
      'a probe settles only a step of effect once',
      'Leave `probe` out: this step is simply repeated.',
    );
  }
  if (!knownKind(check, [...at, 'uses'], probe.uses)) return;
  const kind = check.kinds[probe.uses];
  if (!kind) return;
  // What a command does is for its author to know: as a probe it is said to look only.
  if (kind.effect !== 'none' && kind.effect !== 'stated') {
    const withEffect = (effect: StepKind['effect']) =>
      Object.keys(check.kinds).filter((name) => check.kinds[name]?.effect === effect);
    check.source.at(
      [...at, 'uses'],
      `'${probe.uses}' has the effect ${kind.effect}; a probe must only look`,
      `Use one of: ${[...withEffect('none'), ...withEffect('stated')].join(', ')}.`,
    );
    return;
  }
  for (const [field, looks = []] of Object.entries(kind.looksWith ?? {})) {
    const given = probe.with?.[field];
    if (given !== undefined && !looks.some((value) => value === given))
      check.source.at([...at, 'with', field], 'a probe must only look', `Use ${looks.join(' or ')}.`);
  }
  const minded = step.when !== undefined;
  checkWith(check, [...at, 'with'], probe.uses, probe.with ?? {}, { minded });
  const types = { it: outputsSpec(probe.uses, kind, step.id, probe.with ?? {}) };
  for (const key of ['done', 'notDone'] as const) {
    checkAt(check, [...at, key], probe[key], { types, expected: ['boolean'], minded });
  }
}

/**
 * Checks one step in the scope of its predecessors.
 *
 * @returns what it offers to later steps; undefined when its kind is not known
 */
export function checkStep(check: StepCheck, path: Path, step: RunbookStep): TypeSpec | undefined {
  const minded = step.when !== undefined;
  if (step.when !== undefined) checkAt(check, [...path, 'when'], step.when, { expected: ['boolean'], minded: true });
  checkUndo(check, path, step);
  if (!knownKind(check, [...path, 'uses'], step.uses)) return undefined;
  const kind = check.kinds[step.uses];
  if (!kind) return undefined;
  const own = kindEffect(kind);
  checkEffect(check, path, step, kind);
  checkProbe(check, path, step, own);
  checkWith(check, [...path, 'with'], step.uses, step.with ?? {}, { minded });
  checkGuards(check, path, step, step.window ? runningWindow(step.window) : runningSpec(step.uses, kind));
  checkUntilTime(check.source, path, step);
  const outputs = outputsSpec(step.uses, kind, step.id, step.with ?? {});
  const wanted = { types: { it: outputs }, expected: ['boolean' as const], minded };
  if (step.window) {
    const { green, share } = step.window;
    const at = [...path, 'window'];
    if (green !== undefined) checkAt(check, [...at, 'green'], green, wanted);
    for (const key of share ? (['part', 'whole'] as const) : [])
      checkAt(check, [...at, 'share', key], share?.[key] ?? '', { ...wanted, expected: ['number'] });
    return checkWindow(check.source, path, step, step.effect ?? own);
  }
  if (step.until?.condition !== undefined)
    checkAt(check, [...path, 'until', 'condition'], step.until.condition, wanted);
  checkLooks(check.source, [...path, 'until', 'condition'], step.until?.condition);
  return outputs;
}
