import { walk } from '../../expression/cel.js';
import { shared } from '../expression/expression-check.js';
import type { Path, Source } from '../yaml/source.js';

const FOR_MANY: Readonly<Record<string, string>> = { wilsonLower: 'anytimeLower', wilsonUpper: 'anytimeUpper' };

/** Bounds in an expression that hold for one look alone; none when it does not parse. */
export function oneLookBounds(expression: string): string[] {
  const found = new Set<string>();
  try {
    walk(shared().parse(expression).ast, (node) => {
      if (node.op === 'call' && Object.hasOwn(FOR_MANY, node.args[0])) found.add(node.args[0]);
    });
  } catch {
    // What does not parse is reported by `checkExpression`.
  }
  return [...found];
}

/** Refuses a bound for one look where an expression is computed again and again, and the first good answer counts. */
export function checkLooks(source: Source, path: Path, expression: string | undefined): void {
  for (const name of oneLookBounds(expression ?? '')) {
    source.at(
      path,
      `\`${name}\` is a bound for one look, and here is looked again and again: it would be wrong far more often than it says`,
      `Use ${FOR_MANY[name]}(…): it holds however often one looks.`,
    );
  }
}
