import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ExpressionError, resolve as settle } from '../../model/expression/expression.js';
import type { Json, JsonObject } from '../../model/json.js';
import { type Plan, stepsOf } from '../../model/plan/plan.js';

/** Larger files are data, not programs. */
const LARGEST = 16 * 1024 * 1024;
/** Fields of kinds that name a file which they write. */
const WRITTEN: Readonly<Record<string, readonly string[]>> = {
  'file.write': ['path'],
  'file.copy': ['to'],
  'file.restore': ['to'],
  'file.snapshot': ['to'],
  'env.ensure': ['file'],
};
const STACK_FILES = ['compose.yaml', 'stack.yaml'];

/**
 * Hashes of the files that the plan's commands name and of its stacks' definitions, as they are now: what people look at
 * and approve is what runs. Files that come up only while it runs, and those outside of the plan's folders, are not among
 * them; nor is what another machine has.
 */
export function pinFiles(plan: Plan): Record<string, string> {
  const pinned: Record<string, string> = {};
  const context = { inputs: plan.inputs, target: { id: plan.target.id, variables: plan.target.variables } };
  const pin = (path: string): void => {
    const inside = plan.folders?.some((folder) => path.startsWith(`${folder}/`)) ?? false;
    if (!inside || !existsSync(path) || !statSync(path).isFile() || statSync(path).size > LARGEST) return;
    pinned[path] = createHash('sha256').update(readFileSync(path)).digest('hex');
  };
  const text = (value: Json | undefined): string | undefined => {
    try {
      const settled = typeof value === 'string' ? settle(value, context) : undefined;
      return typeof settled === 'string' && !settled.includes('\0') ? settled : undefined;
    } catch (error) {
      if (error instanceof ExpressionError) return undefined;
      throw error;
    }
  };
  // What the runbook's own steps write changes while it runs, as it should.
  const written = new Set<string>();
  const look = (uses: string, input: JsonObject): void => {
    for (const name of WRITTEN[uses] ?? []) {
      const target = text(input[name]);
      if (target !== undefined) written.add(resolve(plan.baseDir, target));
    }
    if (input.pin === false) return;
    const cwd = resolve(plan.baseDir, text(input.cwd) ?? '.');
    const visit = (value: Json): void => {
      if (Array.isArray(value)) {
        for (const item of value) {
          const word = text(item);
          if (word !== undefined) pin(resolve(cwd, word));
          else visit(item);
        }
      } else if (value !== null && typeof value === 'object') for (const item of Object.values(value)) visit(item);
    };
    visit(input);
    const stack = text(input.stack);
    if (stack !== undefined) for (const name of STACK_FILES) pin(join(resolve(plan.baseDir, stack), name));
  };
  for (const { steps } of [...plan.phases, ...Object.values(plan.rollbacks)]) {
    for (const step of stepsOf(steps)) {
      look(step.uses, step.with);
      for (const call of step.undo ?? []) look(call.uses, call.with);
      if (step.probe) look(step.probe.uses, step.probe.with);
    }
  }
  const own = (path: string): boolean => [...written].some((one) => path === one || path.startsWith(`${one}/`));
  const kept = Object.entries(pinned).filter(([path]) => !own(path));
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}
