import { type ExpressionContext, ExpressionError, resolve } from '../../expression/expression.js';
import { isJsonObject, type Json, type JsonObject } from '../../json.js';
import type { Runbook } from '../format/runbook.js';
import type { Kinds } from '../format/scope.js';

/** What the runbook's default environment is laid by. */
interface Defaults {
  runbook: Pick<Runbook, 'defaults'>;
  kinds: Kinds;
  context: ExpressionContext;
}

/** What a call gives its kind, with `defaults.env` under the variables of its own, where the kind takes some. */
export function givenWithEnv(
  { runbook, kinds, context }: Defaults,
  call: { uses: string; with?: JsonObject | undefined },
): JsonObject {
  const given = call.with ?? {};
  const env = runbook.defaults?.env;
  const place = kinds[call.uses]?.env?.(given);
  if (env === undefined || place === undefined) return given;
  const laid = layUnder(given, place, env, context);
  return isJsonObject(laid) ? laid : given;
}

function layUnder(
  value: Json | undefined,
  place: readonly string[],
  env: JsonObject,
  context: ExpressionContext,
): Json {
  const there = typeof value === 'string' ? settled(value, context) : (value ?? {});
  if (!isJsonObject(there)) return value ?? null;
  const [name, ...rest] = place;
  if (name === undefined) return { ...env, ...there };
  return { ...there, [name]: layUnder(there[name], rest, env, context) };
}

/** What an expression in the place of a map gives, where inputs and target say it; as it is written where they do not. */
function settled(text: string, context: ExpressionContext): Json {
  try {
    return literal(resolve(text, context));
  } catch (error) {
    if (error instanceof ExpressionError) return text;
    throw error;
  }
}

/** Values that are read for expressions once more, and hold none. */
function literal(value: Json): Json {
  if (typeof value === 'string') return value.replaceAll('${{', () => '$${{');
  if (Array.isArray(value)) return value.map(literal);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, literal(one ?? null)]));
}
