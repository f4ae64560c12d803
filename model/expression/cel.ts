import { Environment } from '@marcbachmann/cel-js';
import type { ASTNode } from '@marcbachmann/cel-js';
import { pattern } from '../text/pattern.js';
import { anytime } from './anytime.js';
import { agreement, percentile, ratio, wilson } from './statistics.js';
import { weekday } from './weekday.js';

/** The variables that expressions may name; every other name is an error. */
export const VARIABLES = ['inputs', 'steps', 'phases', 'run', 'target', 'it'] as const;

type Num = number | bigint;

/** Our own functions, as they are told to people: the hint for an unknown name. */
export const FUNCTIONS = [
  'wilsonLower(successes, n)',
  'wilsonUpper(successes, n)',
  'anytimeLower(successes, n)',
  'anytimeUpper(successes, n)',
  'ratio(a, b)',
  'agreement(a, b)',
  'percentile(list, p)',
  'min(a, b)',
  'max(a, b)',
  'abs(x)',
  'round(x)',
  'round(x, digits)',
  'weekday(time, zone)',
] as const;

/** Values enter as doubles and `size()` gives an int; without these overloads the two would not mix. */
function registerMixedNumbers(environment: Environment): void {
  const arithmetic: Record<string, (a: Num, b: Num) => number> = {
    '+': (a, b) => Number(a) + Number(b),
    '-': (a, b) => Number(a) - Number(b),
    '*': (a, b) => Number(a) * Number(b),
    '/': (a, b) => Number(a) / Number(b),
    '%': (a, b) => Number(a) % Number(b),
  };
  for (const [op, handler] of Object.entries(arithmetic)) {
    environment.registerOperator(`int ${op} double: double`, handler);
    environment.registerOperator(`double ${op} int: double`, handler);
  }
  environment.registerOperator('double % double: double', (a: number, b: number) => a % b);
  environment.registerOperator('int == double: bool', (a: Num, b: Num) => Number(a) === Number(b));
}

function registerNumeric(
  environment: Environment,
  name: string,
  arity: 1 | 2,
  compute: (...n: number[]) => number,
): void {
  const types = ['double', 'int'];
  const signatures = arity === 1 ? types : types.flatMap((a) => types.map((b) => `${a}, ${b}`));
  for (const signature of signatures) {
    environment.registerFunction(`${name}(${signature}): double`, (...args: Num[]) => compute(...args.map(Number)), {
      async: false,
    });
  }
}

function verdictsOf(value: unknown, which: string): Record<string, unknown> {
  const map = (value as { verdicts?: unknown } | null)?.verdicts ?? value;
  if (map === null || typeof map !== 'object' || Array.isArray(map)) {
    throw new Error(`agreement() compares two steps that give 'verdicts', or two maps; the ${which} is neither`);
  }
  return map as Record<string, unknown>;
}

function roundTo(x: number, digits: number): number {
  const scale = 10 ** Math.min(12, Math.max(0, Math.trunc(digits)));
  return Math.round(x * scale) / scale;
}

function registerFunctions(environment: Environment): void {
  registerNumeric(environment, 'wilsonLower', 2, (s = Number.NaN, n = Number.NaN) => wilson(s, n).lower);
  registerNumeric(environment, 'wilsonUpper', 2, (s = Number.NaN, n = Number.NaN) => wilson(s, n).upper);
  registerNumeric(environment, 'anytimeLower', 2, (s = Number.NaN, n = Number.NaN) => anytime(s, n).lower);
  registerNumeric(environment, 'anytimeUpper', 2, (s = Number.NaN, n = Number.NaN) => anytime(s, n).upper);
  registerNumeric(environment, 'ratio', 2, (a = Number.NaN, b = Number.NaN) => ratio(a, b));
  registerNumeric(environment, 'min', 2, Math.min);
  registerNumeric(environment, 'max', 2, Math.max);
  registerNumeric(environment, 'abs', 1, Math.abs);
  registerNumeric(environment, 'round', 1, (x = Number.NaN) => Math.round(x));
  registerNumeric(environment, 'round', 2, (x = Number.NaN, digits = 0) => roundTo(x, digits));
  for (const p of ['double', 'int']) {
    environment.registerFunction(
      `percentile(list, ${p}): double`,
      (list: unknown[], share: Num) => {
        if (Number(share) > 1) throw new Error('percentile() takes a share from 0 to 1, e.g. 0.95');
        const numbers = list.map((item) => (typeof item === 'bigint' ? Number(item) : item));
        return percentile(
          numbers.map((item) => (typeof item === 'number' ? item : Number.NaN)),
          Number(share),
        );
      },
      { async: false },
    );
  }
  environment.registerFunction('weekday(string, string): string', weekday, { async: false });
  environment.registerFunction(
    'agreement(dyn, dyn): double',
    (a: unknown, b: unknown) => agreement(verdictsOf(a, 'first'), verdictsOf(b, 'second')),
    { async: false },
  );
}

let inLinearTime: () => boolean = () => true;

/** Who says whether `matches` takes linear time: a workflow from before it did replays with the engine of then. */
export function readPatternsBy(says: () => boolean): void {
  inLinearTime = says;
}

/** The name of `matches` in a parsed expression: CEL's own cannot be registered again, and goes back over its text. */
export const LINEAR_MATCHES = 're2matches';

function registerMatches(environment: Environment): void {
  environment.registerFunction(
    `string.${LINEAR_MATCHES}(string): bool`,
    (text: string, source: string) => (inLinearTime() ? pattern(source).test(text) : new RegExp(source).test(text)),
    { async: false },
  );
}

/** CEL with our functions and numbers that mix, and no variables yet. */
export function createEnvironment(): Environment {
  const environment = new Environment({
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 2000, maxDepth: 60, maxListElements: 500, maxMapEntries: 200, maxCallArguments: 10 },
  });
  registerMixedNumbers(environment);
  registerFunctions(environment);
  registerMatches(environment);
  return environment;
}

function isNode(value: unknown): value is ASTNode {
  return value !== null && typeof value === 'object' && 'op' in value && 'args' in value;
}

/** Calls `visit` on every node below and including this one. */
export function walk(node: unknown, visit: (node: ASTNode) => void): void {
  if (Array.isArray(node)) {
    for (const item of node) walk(item, visit);
  } else if (isNode(node)) {
    visit(node);
    walk(node.args, visit);
  }
}

/**
 * Makes whole-number literals doubles, as all our values are, so that `count + 1` and `n == 3` mean what they say.
 * A literal that is an index stays whole: the checker takes no other for what it knows to be a list.
 */
export function literalsToDoubles(ast: ASTNode): void {
  const indexes = new Set<ASTNode>();
  walk(ast, (node) => {
    if (node.op === '[]') indexes.add(node.args[1]);
    if (node.op === 'value' && typeof node.args === 'bigint' && !indexes.has(node)) {
      (node as { args: unknown }).args = Number(node.args);
    }
  });
}

/** A call of `matches` with its pattern. */
export function isMatches(node: ASTNode): node is ASTNode & { args: [string, ASTNode, ASTNode[]] } {
  return node.op === 'rcall' && node.args[0] === 'matches';
}

/** Makes `matches` take its time in proportion to the text, whatever pattern and text are. */
export function matchesToLinear(ast: ASTNode): void {
  walk(ast, (node) => {
    if (isMatches(node)) node.args[0] = LINEAR_MATCHES;
  });
}
