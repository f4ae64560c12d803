import { formatDuration } from '../duration.js';
import type { ExpressionContext } from '../expression/expression.js';
import type { Json, JsonObject } from '../json.js';
import type { GatePlan } from './gate-plan.js';
import { OWN_UNDO, type Plan, type StepPlan, stepsOf } from './plan.js';
import { fillText } from './texts.js';

/** Longest value that is shown; the file has the whole. */
const LONGEST = 400;

/** What the plan knows already stands in the place of its expressions; the rest stays as it is written. */
function filled(value: Json, context: ExpressionContext): Json {
  if (typeof value === 'string') return fillText(value, context, (expression) => `\${{ ${expression} }}`);
  if (Array.isArray(value)) return value.map((item) => filled(item, context));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, context)]));
}

function shown(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const line = text.replaceAll('\n', '\\n').replace(/[\p{Cc}\p{Cf}]/gu, '');
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** What a call is given, a line each: its argv, its addresses, its paths, exactly as they will be used. */
function givenLines(given: JsonObject, context: ExpressionContext): string[] {
  return Object.entries(given).map(([name, value]) => `${name}: ${shown(filled(value, context))}`);
}

/** Everything that decides what a step does: what it is given, its conditions, how long and how often, and its undo's calls. */
export function stepDetail(step: StepPlan, { inputs, target }: Pick<Plan, 'inputs' | 'target'>): string[] {
  const context = { inputs, target: { id: target.id, variables: target.variables } };
  const { until, window, guards, probe, retry, timeoutMs, undo } = step;
  const tries = retry.attempts > 1 ? `, tried ${retry.attempts} times at most` : '';
  return [
    ...givenLines(step.with, context),
    ...(until?.condition === undefined ? [] : [`holds when ${until.condition}`]),
    ...(window ? [`green when ${window.green}`] : []),
    ...(window?.share ? [`share of ${window.share.part} in ${window.share.whole}`] : []),
    ...guards.map(({ id, trips }) => `guard ${id} trips when ${trips}`),
    ...(probe ? [`probe ${probe.uses}: done when ${probe.done}; not done when ${probe.notDone}`] : []),
    ...(probe ? givenLines(probe.with, context).map((line) => `  ${line}`) : []),
    `within ${formatDuration(timeoutMs)}${tries}`,
    ...(undo ?? []).flatMap((call) =>
      call === OWN_UNDO
        ? [`undo by ${step.uses}'s own`]
        : [`undo by ${call.uses}`, ...givenLines(call.with, context).map((line) => `  ${line}`)],
    ),
  ];
}

/** What a gate reads. */
export function gateDetail({ it, value, n, successes }: GatePlan): string[] {
  return [
    `value: ${value}${it === undefined ? '' : `   (it = steps.${it})`}`,
    ...(n === undefined ? [] : [`n: ${n}`]),
    ...(successes === undefined ? [] : [`successes: ${successes}`]),
  ];
}

/** What takes a step back: in words, or nothing. */
export function undoText(step: StepPlan): string | undefined {
  const when = step.undoOn === 'always' ? 'at the end, always' : 'on the way back';
  if (step.undo === undefined) return step.ownUndo ? `its own undo, ${when}` : undefined;
  const calls = step.undo.map((call) => (call === OWN_UNDO ? 'its own undo' : call.title));
  return calls.length === 0 ? undefined : `${calls.join(', then ')}, ${when}`;
}

/** In which order the way back goes, when everything has been done: newest first; and what is released at the end, always. */
export function undoOrder({ phases }: Pick<Plan, 'phases'>): string[] {
  const undoable = phases
    .flatMap((phase) => stepsOf(phase.steps).map((step) => ({ phase, step, what: undoText(step) })))
    .filter(({ what }) => what !== undefined)
    .toReversed();
  if (undoable.length === 0) return [];
  const lines = undoable.map(({ phase, step, what }, at) => `  ${at + 1}. ${phase.id}.${step.id}: ${what}`);
  return ['', 'way back, newest first', ...lines];
}
