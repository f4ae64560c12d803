import { walk } from '../../expression/cel.js';
import { shared } from './expression-check.js';

/** Bounds of a share that hold for one look, and those that hold for any number of them. */
const FOR_MANY: Readonly<Record<string, string>> = { wilsonLower: 'anytimeLower', wilsonUpper: 'anytimeUpper' };

/** The bound for many looks that stands for one of a single look. */
export const manyFor = (name: string): string => FOR_MANY[name] ?? name;

interface Bound {
  name: string;
  start: number;
}

function boundsIn(expression: string): Bound[] {
  const found: Bound[] = [];
  try {
    walk(shared().parse(expression).ast, (node) => {
      if (node.op !== 'call') return;
      const [name] = node.args;
      if (Object.hasOwn(FOR_MANY, name)) found.push({ name, start: node.start });
    });
  } catch {
    // What does not parse is reported by `checkExpression`.
  }
  return found;
}

/** Names of the bounds in an expression that hold for one look alone; none when it does not parse. */
export function oneLookBounds(expression: string): string[] {
  return [...new Set(boundsIn(expression).map(({ name }) => name))];
}

/** The expression with bounds that hold however often it is looked. */
export function forManyLooks(expression: string): string {
  const bounds = boundsIn(expression).toSorted((a, b) => b.start - a.start);
  return bounds.reduce(
    (text, { name, start }) => text.slice(0, start) + text.slice(start).replace(name, manyFor(name)),
    expression,
  );
}
