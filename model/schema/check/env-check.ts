import { templateParts } from '../../expression/expression.js';
import type { Json } from '../../json.js';
import { pathsIn } from '../expression/expression-paths.js';
import { baseTypes, Scope } from '../format/scope.js';
import type { Path } from '../yaml/source.js';
import { type Check, placedCalls } from './checks.js';
import { eachScalar } from './each-scalar.js';
import { checkTemplate } from './step-check.js';

/** What a default environment may read: what is known before the first step. */
const KNOWN = ['inputs', 'target'];

/** The environment that lies under each step's own: its expressions, and that there is a map to lay it under. */
export function checkDefaultEnv(check: Check): void {
  const env = check.runbook.defaults?.env;
  if (env === undefined) return;
  const types = baseTypes(check.runbook);
  const scope = new Scope(types, {}, {});
  eachScalar(env, [], (text, at) => {
    if (typeof text !== 'string' || !text.includes('${{')) return;
    checkTemplate({ ...check, scope }, ['defaults', 'env', ...at], text, { types, expected: ['string'] });
  });
  for (const { uses, given, path } of placedCalls(check.runbook)) {
    const place = check.kinds[uses]?.env?.(given) ?? [];
    const at = lateExpression(given, place);
    if (at) {
      const hint = 'Write it out as a map, or read `inputs` and `target` alone.';
      check.source.at(
        [...path, 'with', ...at],
        '`defaults.env` cannot be laid under it: it is only known at the run',
        hint,
      );
    }
  }
}

/** The place of an expression that stands for a map and reads more than is known when the plan is made. */
function lateExpression(given: Json, place: readonly string[]): Path | undefined {
  let value: Json | undefined = given;
  for (const [depth, name] of place.entries()) {
    value = value !== null && typeof value === 'object' && !Array.isArray(value) ? value[name] : undefined;
    if (typeof value === 'string' && readsMore(value)) return place.slice(0, depth + 1);
  }
  return undefined;
}

function readsMore(text: string): boolean {
  if (!text.includes('${{')) return false;
  const expressions = templateParts(text).flatMap((part) => ('expression' in part ? part.expression : []));
  return expressions.flatMap(pathsIn).some(({ keys: [root = ''] }) => !KNOWN.includes(root));
}
