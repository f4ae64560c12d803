import { evaluate, type ExpressionContext, ExpressionError } from '../expression/expression.js';
import { isJsonObject, type Json } from '../json.js';

/** Longest reason that a sentence holds; the whole stands in the outputs of the step. */
const LONGEST = 240;

/** Reasons by the name of the figure; of a step that was skipped there are none. */
function reasonsIn(expression: string, context: ExpressionContext): [string, Json][] {
  try {
    const reasons = evaluate(expression, context);
    return isJsonObject(reasons) ? Object.entries(reasons) : [];
  } catch (error) {
    if (error instanceof ExpressionError) return [];
    throw error;
  }
}

/**
 * Why a value that an expression names is not there, as the step says that was to give it: of the value itself, else of
 * what it is a part of, where the step gives one reason for all (`row`, `value`).
 *
 * @param absent the name of the value
 * @param records CEL of the records that say why a figure is unknown
 * @returns a clause for a sentence; nothing where no step says why
 */
export function whyMissing(
  absent: string | undefined,
  records: readonly string[] | undefined,
  context: ExpressionContext,
): string {
  if (absent === undefined || !records) return '';
  const all = records.map((record) => reasonsIn(record, context));
  const own = all.flat().find(([name]) => name === absent);
  const [alone] = all.filter(({ length }) => length === 1).flat();
  const [name, why] = own ?? alone ?? [];
  if (name === undefined || typeof why !== 'string') return '';
  const line = `${own ? '' : `${name}: `}${why}`.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  const points = [...line];
  return ` (unknown: ${points.length > LONGEST ? `${points.slice(0, LONGEST - 1).join('')}…` : line})`;
}
