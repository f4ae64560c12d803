import type { ASTNode } from '@marcbachmann/cel-js';
import { walk } from '../../expression/cel.js';
import { keyOf, shared } from './expression-check.js';

/** A path such as `steps.run1.accuracy` that an expression reads. */
export interface ReadPath {
  keys: string[];
  offset: number;
  length: number;
  /** It is only asked whether it is there: `has(…)`. */
  asked: boolean;
}

/** Every path that an expression reads, the longest of each; none when it does not parse. */
export function pathsIn(expression: string): ReadPath[] {
  const found: ReadPath[] = [];
  const inner = new Set<unknown>();
  const asked = new Set<unknown>();
  try {
    walk(shared().parse(expression).ast, (node) => {
      if (node.op === 'call' && node.args[0] === 'has') for (const argument of node.args[1]) asked.add(argument);
      if (node.op !== '.' && node.op !== '[]' && node.op !== 'id') return;
      if (node.op !== 'id') inner.add(node.args[0]);
      if (inner.has(node)) return;
      const keys = keysOf(node);
      if (keys) found.push({ keys, offset: node.start, length: node.end - node.start, asked: asked.has(node) });
    });
  } catch {
    // What does not parse is reported by `checkExpression`.
  }
  return found;
}

function keysOf(node: ASTNode): string[] | undefined {
  if (node.op === 'id') return [node.args];
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const left = keysOf(node.args[0]);
  const key = keyOf(node);
  return left && (key === undefined ? left : [...left, key]);
}

const PROPORTIONS: readonly unknown[] = ['wilsonLower', 'anytimeLower', 'ratio'];

/** Successes and sample size of `wilsonLower(a, b)`, `anytimeLower(a, b)` or `ratio(a, b)`, when an expression is wholly that. */
export function proportionOf(expression: string): { successes: string; n: string } | undefined {
  try {
    const { ast } = shared().parse(expression);
    if (ast.op !== 'call' || !PROPORTIONS.includes(ast.args[0])) return undefined;
    const [successes, n] = ast.args[1].map((node) => expression.slice(node.start, node.end));
    return successes === undefined || n === undefined ? undefined : { successes, n };
  } catch {
    return undefined;
  }
}
