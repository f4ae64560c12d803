import { type ExpressionContext, readCondition } from '../expression/expression.js';
import type { Json } from '../json.js';
import type { PolicyPlan } from '../plan/plan.js';

/** What a rule said, and what it saw: enough to judge it again. */
export interface PolicyDecision {
  rule: string;
  holds: boolean;
  /** Value of each path that the rule reads; null where there is none. */
  values: Record<string, Json>;
  /** Why it does not hold, when it could not be computed. */
  why?: string;
}

/** Fail closed: a rule that cannot be computed approves nothing. */
export function decidePolicy({ rule, reads }: PolicyPlan, context: ExpressionContext): PolicyDecision {
  const values = Object.fromEntries(reads.map((keys) => [keys.join('.'), valueAt(context as unknown as Json, keys)]));
  const { holds, why } = readCondition(rule, context);
  return why === undefined ? { rule, holds, values } : { rule, holds: false, values, why };
}

function valueAt(value: Json, keys: readonly string[]): Json {
  let at: Json | undefined = value;
  for (const key of keys) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return null;
    at = (at as Record<string, Json>)[key];
  }
  return at ?? null;
}
