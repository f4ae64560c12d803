import { contextKey } from '../../expression/expression.js';
import { type PhasePlan, type Plan, type StepPlan, stepsOf, type WindowPlan } from '../../plan/plan.js';
import type { SharePlan } from '../../plan/share-plan.js';
import type { RunbookStep } from '../format/runbook.js';
import { gatePaths } from './plan-reads.js';

type Window = NonNullable<RunbookStep['window']>;

/** The rhythm of a step. `ms` gives the milliseconds of a duration, or what stands for it. */
export function planWindow(window: Window, ms: (span: string | undefined, otherwise: number) => number): WindowPlan {
  const everyMs = ms(window.every, 0);
  // What was not seen, or seen to be bad, helps no share: how much of it may be is for the author to say.
  const { consecutive, share, green = 'true', file, maxRed = share ? 0 : undefined } = window;
  return {
    everyMs,
    ...(consecutive === undefined ? {} : { consecutive }),
    ...(share ? { share: planShare(share) } : {}),
    withinMs: ms(window.within, everyMs * (consecutive ?? 1)),
    lateMs: ms(window.late, everyMs),
    green,
    ...(maxRed === undefined ? {} : { maxRed }),
    ...(file === undefined ? {} : { file }),
  };
}

function planShare({ part, whole, counts = 'each', atMost, atLeast = 1 }: NonNullable<Window['share']>): SharePlan {
  const op = atMost === undefined ? 'atLeast' : 'atMost';
  return { part, whole, counts, limit: { op, threshold: atMost ?? atLeast } };
}

/** What a gate counts over the whole window; an early end would count less of it. */
const COUNTED: readonly string[] = ['slots', 'green', 'red', 'longest', 'resets'];
/** What a gate reads of a window to judge its goal; one that reads how many samples were missed, say, does not. */
const JUDGING: Record<'share' | 'samples', readonly string[]> = {
  share: ['', 'end', 'lower', 'upper'],
  samples: ['', 'end', 'streak', ...COUNTED],
};

/**
 * Says of every window how it ends by what gates read of it: one whose goal no gate judges fails its step when that is not
 * reached, and one whose counts no gate reads is over as soon as its goal cannot be reached any more.
 */
export function markWindows(plan: Plan): void {
  for (const phase of plan.phases) {
    const paths = plan.phases.flatMap((one) => gatePaths(one.gates).flatMap((path) => stepPath(path, phase, one)));
    markAll(phase, paths);
  }
  // No gate reads what a rollback found.
  for (const rollback of Object.values(plan.rollbacks)) markAll(rollback, []);
}

function markAll({ steps }: Pick<PhasePlan, 'steps'>, paths: readonly string[][]): void {
  for (const step of stepsOf(steps)) if (step.window) mark(step, step.window, paths);
}

/** The part of a gate's path below `steps` of a phase: empty, where it reads all of them. */
function stepPath([first, ...path]: string[], of: PhasePlan, gateOf: PhasePlan): string[][] {
  if (first === 'steps') return of === gateOf ? [path] : [];
  const [id, , ...below] = path;
  return first === 'phases' && (id === undefined || id === contextKey(of.id)) ? [below] : [];
}

function mark(step: StepPlan, window: WindowPlan, paths: readonly string[][]): void {
  const read = paths.flatMap(([id, output = '']) => (id === undefined || id === contextKey(step.id) ? [output] : []));
  if (!judges(window, read)) window.mustReach = true;
  // A gate that reads the window as a whole may count, too.
  if (!read.some((output) => output === '' || COUNTED.includes(output))) window.endsEarly = true;
}

function judges({ share }: WindowPlan, read: readonly string[]): boolean {
  if (read.some((output) => JUDGING[share ? 'share' : 'samples'].includes(output))) return true;
  return share !== undefined && read.includes('part') && read.includes('whole');
}
