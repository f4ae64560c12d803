import { parseDuration } from '../../duration.js';
import type { Effect } from '../../plan/plan.js';
import type { TypeSpec } from '../expression/expression-check.js';
import type { RunbookStep } from '../format/runbook.js';
import { specOf } from '../format/scope.js';
import type { Path, Source } from '../yaml/source.js';
import { checkLooks } from './looks-check.js';
import { windowOutputs } from './window-outputs.js';

type Window = NonNullable<RunbookStep['window']>;

/** What guards of a step with `window` may watch. */
export function runningWindow(window: Window): TypeSpec {
  return specOf(windowOutputs(window).running, 'output');
}

/**
 * A window is of a step that only looks, and has a rhythm and a goal of its own. Its expressions are checked with the step's.
 *
 * @returns what the step offers to later ones
 */
export function checkWindow(source: Source, at: Path, step: RunbookStep, effect: Effect): TypeSpec | undefined {
  const { window } = step;
  if (!window) return undefined;
  const path = [...at, 'window'];
  checkLooks(source, [...path, 'green'], window.green);
  if (window.green === undefined && !window.share)
    source.at(path, 'nothing says which sample is good', 'Add green: <CEL over `it`>.');
  checkGoal(source, path, window);
  const [every, within] = [parseDuration(window.every), parseDuration(window.within ?? '')];
  if (every !== undefined && within !== undefined && within < every)
    source.at([...path, 'within'], `it is over before its first sample, which is due after ${window.every}`);
  if (effect !== 'none') {
    source.at(path, `'${step.uses}' acts; only a step that looks can be sampled`, 'Use a kind of effect none.');
  }
  for (const key of ['until', 'probe', 'undo'] as const) {
    if (step[key] !== undefined) source.at([...at, key], `a step with \`window\` has no \`${key}\``, 'Leave it out.');
  }
  return {
    ...specOf(windowOutputs(window).outputs, 'output'),
    members: `outputs of the window '${step.id}'`,
    more: 'docs/runbook-format.md',
  };
}

/** A window has one goal, one that can be reached, and an end. */
function checkGoal(source: Source, path: Path, { consecutive, share, maxRed, within }: Window): void {
  if (consecutive !== undefined && share)
    source.at([...path, 'share'], 'a window has one goal', 'Keep `consecutive` or `share`.');
  if (consecutive === undefined && !share && maxRed === undefined)
    source.at(path, 'the window has no goal', 'Add consecutive (a streak), share, or maxRed (so many bad at most).');
  if (consecutive === undefined && within === undefined)
    source.at(path, 'nothing says when the window is over', 'Add within: <duration>.');
  if (!share) return;
  const { atMost, atLeast } = share;
  if ((atMost === undefined) === (atLeast === undefined))
    source.at([...path, 'share'], 'the share has one limit', 'Keep one of `atMost` and `atLeast`.');
  if (atMost === 0 || atLeast === 1) {
    const never = 'no number of looks shows that nothing ever counts otherwise';
    source.at([...path, 'share', atMost === 0 ? 'atMost' : 'atLeast'], never, 'Use `green` with `maxRed: 0`.');
  }
}
