import { type ExpressionContext, evaluate } from '../../model/expression/expression.js';
import { readable } from '../../model/text/readable.js';

/** Longest text of a value: a page is read by people. */
const LONGEST = 80;
const PATH = /\b(?:inputs|steps|phases|target|run)(?:\.\w+)+(?!\w*\()/g;
const TEXT = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/gs;

/** A condition that left something out, in words: its expression, and what stood in it. */
export function conditionText(why: string, context: ExpressionContext): string {
  const expression =
    /^when: (?<of>.*)$/s.exec(why)?.groups?.of ?? /^Skipped: (?<of>.*) does not hold\.$/s.exec(why)?.groups?.of;
  if (expression === undefined) return why;
  const paths = [...new Set(expression.replaceAll(TEXT, '""').match(PATH))];
  const values = paths.flatMap((path) => {
    const value = valueOf(path, context);
    return value === undefined ? [] : [`${path} was ${value}`];
  });
  return `Its condition does not hold: ${expression}${values.length === 0 ? '' : ` (${values.join(', ')})`}`;
}

/** Nothing where it cannot be said: what a page does not know it leaves out. */
function valueOf(path: string, context: ExpressionContext): string | undefined {
  try {
    return readable(JSON.stringify(evaluate(path, context)), LONGEST);
  } catch {
    return undefined;
  }
}
