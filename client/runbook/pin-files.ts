import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { within } from '../../host/within.js';
import { ExpressionError, resolve as resolveText } from '../../model/expression/expression.js';
import type { Plan } from '../../model/plan/plan.js';
import { namedBy, type Names, textsIn } from '../../model/schema/format/kind.js';
import { callsOf } from '../../model/schema/plan/plan-reach.js';
import type { Kinds } from '../../model/schema/format/scope.js';

/** Larger files are data, not programs. */
const LARGEST = 16 * 1024 * 1024;

/**
 * Hashes of the files that the plan's steps run, as they are now: what people look at and approve is what runs. Which
 * files those are, and which ones the runbook writes itself, the kinds say. Files that come up only while it runs, and
 * those outside of the plan's folders, are not among them; nor is what another machine has.
 */
export function pinFiles(plan: Plan, kinds: Kinds): Record<string, string> {
  const context = { inputs: plan.inputs, target: { id: plan.target.id, variables: plan.target.variables } };
  const resolved = (names: Names): string[] => textsIn(names).flatMap((text) => resolvedText(text, context) ?? []);
  const calls = callsOf(plan).map(({ uses, with: given }) => ({ kind: kinds[uses], given }));
  // What the runbook's own steps write changes while it runs, as it should.
  const written = calls.flatMap(({ kind, given }) => resolved(namedBy(kind?.writes ?? 'none', given)));
  const own = written.map((path) => resolve(plan.baseDir, path));
  const pinned = calls.flatMap(({ kind, given }) => {
    const { names, folder } = kind?.pins?.(given) ?? { names: [] };
    const [base = '.'] = resolved(folder);
    return resolved(names).map((name) => resolve(plan.baseDir, base, name));
  });
  const kept = [...new Set(pinned)].filter((path) => !own.some((one) => within(path, one)));
  return Object.fromEntries(kept.toSorted().flatMap((path) => (isProgram(path, plan) ? [[path, hashOf(path)]] : [])));
}

/** Undefined for an expression that only comes up while it runs. */
function resolvedText(text: string, context: Parameters<typeof resolveText>[1]): string | undefined {
  try {
    const value = resolveText(text, context);
    return typeof value === 'string' && value !== '' && !value.includes('\0') ? value : undefined;
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

function isProgram(path: string, { folders }: Plan): boolean {
  const inside = folders?.some((folder) => path !== folder && within(path, folder)) ?? false;
  return inside && existsSync(path) && statSync(path).isFile() && statSync(path).size <= LARGEST;
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
