import { evaluateBoolean } from '../expression/expression.js';
import type { FailureCode } from '../failure.js';
import type { JsonObject } from '../json.js';
import type { GuardPlan } from '../plan/plan.js';

/** Why a step stops while it runs: a guard that holds, or one that cannot be computed. */
export interface Trip {
  code: FailureCode;
  message: string;
  facts?: JsonObject;
}

/** The first guard that stops a step at these running figures; undefined when none does. */
export function tripOf(guards: readonly GuardPlan[], tallies: JsonObject): Trip | undefined {
  for (const { id, title, trips } of guards) {
    try {
      if (!evaluateBoolean(trips, { it: tallies })) continue;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      return { code: 'EXPRESSION_FAILED', message: `Guard "${title}" could not be computed: ${reason}.` };
    }
    const numbers = numbersOf(trips, tallies);
    const shown = Object.entries(numbers).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
    const message = `Guard "${title}" tripped: ${trips} holds with ${shown.join(', ')}.`;
    return { code: 'GUARD_TRIPPED', message, facts: { guard: id, ...numbers } };
  }
  return undefined;
}

/** The tallies that the expression names. */
function numbersOf(expression: string, tallies: JsonObject): JsonObject {
  const named = [...expression.matchAll(/\bit\.([A-Za-z_]\w*)/g)].flatMap(([, name]) => name ?? []);
  return Object.fromEntries(named.flatMap((name) => (name in tallies ? [[name, tallies[name] ?? null]] : [])));
}
