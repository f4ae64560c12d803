import type { ASTNode } from '@marcbachmann/cel-js';
import { isMatches, walk } from '../../expression/cel.js';
import { type PatternProblem, patternProblem } from '../../text/pattern.js';

/** What is wrong with a pattern that stands in the expression, with its place there; one that is computed is judged when it is known. */
export function badPattern(expression: string, ast: ASTNode): PatternProblem | undefined {
  let problem: PatternProblem | undefined;
  walk(ast, (node) => {
    if (problem || !isMatches(node)) return;
    const [given] = node.args[2];
    if (given?.op !== 'value' || typeof given.args !== 'string') return;
    const found = patternProblem(given.args);
    if (!found) return;
    const text = expression.slice(given.start, given.end);
    // Its own place is known where it is written as it is; with escapes in it, the whole text is shown.
    const at = text.indexOf(given.args);
    const place =
      at < 0
        ? { offset: given.start, length: given.end - given.start }
        : { offset: given.start + at + found.offset, length: found.length };
    problem = { ...found, message: `this is no pattern: ${found.message}`, ...place };
  });
  return problem;
}
