import type { ExpressionContext } from '../../expression/expression.js';
import type { JsonObject } from '../../json.js';
import { type NetworkPlan, OWN_UNDO, type Plan, stepsOf } from '../../plan/plan.js';
import { hostsOf, reachedHosts } from '../../plan/reach.js';
import { namedBy } from '../format/kind.js';
import type { Runbook } from '../format/runbook.js';
import type { Kinds } from '../format/scope.js';
import { lineToAdd, notAllowed, notAllowedText } from './not-allowed.js';
import type { PlanProblem } from './plan-inputs.js';

interface PlanParts {
  runbook: Runbook;
  kinds: Kinds;
  context: ExpressionContext;
}

/** Every host that the plan's inputs and target name, and that its steps reach by what their kinds say. */
export function networkOf(plan: Plan, allow: string[], { runbook, kinds, context }: PlanParts): NetworkPlan {
  const reached = callsOf(plan).flatMap(({ uses, with: given }) => namedBy(kinds[uses]?.reach ?? 'none', given));
  const hosts = [...hostsOf([plan.inputs, plan.target.variables], context), ...reachedHosts(reached, context)];
  const only = runbook.allow?.hosts;
  return { hosts: [...new Set(hosts)].toSorted(), allow, ...(only ? { only } : {}) };
}

/** What the plan's steps and notices start and reach that the runbook's own lists leave out, now that inputs are known. */
export function leftOut(plan: Plan, { runbook, kinds, context }: PlanParts): PlanProblem[] {
  const { allow } = runbook;
  if (!allow) return [];
  const carrier = Object.keys(kinds).find((name) => kinds[name]?.notice);
  const notices = carrier === undefined ? [] : plan.notices.map((notice) => ({ uses: carrier, with: notice.with }));
  const problems = [...callsOf(plan), ...notices].flatMap(({ uses, with: given }) =>
    notAllowed(allow, kinds[uses], given, context, plan.baseDir).map((missing) => ({
      message: `A step of ${uses} ${notAllowedText(missing, ' of the runbook')}.`,
      hint: lineToAdd(missing, allow),
    })),
  );
  return [...new Map(problems.map((problem) => [problem.message, problem])).values()];
}

/** The runbook's own folder, inputs that are paths, and what golive.yaml lists. */
export function foldersOf({ inputs: specs }: Runbook, { baseDir, inputs }: Plan, listed: string[]): string[] {
  const paths = Object.entries(specs ?? {}).flatMap(([name, { type }]) => {
    const value = inputs[name];
    const named = type === 'paths' ? value : type === 'path' ? [value] : [];
    const texts = Array.isArray(named) ? named.filter((one) => typeof one === 'string') : [];
    return texts.map((one) => absolutePath(baseDir, one));
  });
  return [...new Set([baseDir, ...paths, ...listed])];
}

/** A POSIX path made absolute, without `.` and `..` (no Node in this room). */
function absolutePath(base: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${base}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Every use of a kind in a plan: steps, their undos, and their probes. */
export function callsOf(plan: Pick<Plan, 'phases' | 'rollbacks'>): { uses: string; with: JsonObject }[] {
  const steps = [...plan.phases, ...Object.values(plan.rollbacks)].flatMap((one) => stepsOf(one.steps));
  return steps.flatMap((step) => [
    step,
    ...(step.undo ?? []).filter((call) => call !== OWN_UNDO),
    ...(step.probe ? [step.probe] : []),
  ]);
}
