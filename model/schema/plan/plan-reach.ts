import type { ExpressionContext } from '../../expression/expression.js';
import type { JsonObject } from '../../json.js';
import { type NetworkPlan, OWN_UNDO, type Plan, stepsOf } from '../../plan/plan.js';
import { hostsOf, reachedHosts } from '../../plan/reach.js';
import { namedBy } from '../format/kind.js';
import type { Runbook } from '../format/runbook.js';
import type { Kinds } from '../format/scope.js';

/** Every host that the plan's inputs and target name, and that its steps reach by what their kinds say. */
export function networkOf(
  plan: Plan,
  allow: string[],
  { kinds, context }: { kinds: Kinds; context: ExpressionContext },
): NetworkPlan {
  const reached = callsOf(plan).flatMap(({ uses, with: given }) => namedBy(kinds[uses]?.reach ?? 'none', given));
  const hosts = [...hostsOf([plan.inputs, plan.target.variables], context), ...reachedHosts(reached, context)];
  return { hosts: [...new Set(hosts)].toSorted(), allow };
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
