import type { ASTNode, Environment } from '@marcbachmann/cel-js';
import { createEnvironment, FUNCTIONS, literalsToDoubles, VARIABLES, walk } from '../../expression/cel.js';
import { didYouMean, nearest } from '../suggest.js';
import { badPattern } from './pattern-check.js';

/** What a value is, in the words of JSON Schema. Without `type` it may be anything. */
export interface TypeSpec {
  type?: string | readonly string[];
  properties?: Record<string, TypeSpec>;
  items?: TypeSpec;
  /** A schema for further members, or true for any; without it the properties are all there are. */
  additionalProperties?: boolean | TypeSpec;
  anyOf?: readonly TypeSpec[];
  /** How its members are called in hints: `outputs of 'run1' (cases.run)`. */
  members?: string;
  /** Where the last word on it is: `golive explain cases.run`. */
  more?: string;
  /** Names that exist but not at this place, with the reason. */
  elsewhere?: Readonly<Record<string, string>>;
}

/** Types of the variables that an expression may name; one that is not listed does not exist there. */
export type ExpressionTypes = Record<string, TypeSpec>;

/** What the place wants; several = any of them. */
export type Expected = 'boolean' | 'number' | 'string' | 'array' | 'object';

export type ExpressionCheck =
  | { ok: true; type: Expected | 'null' | 'any' }
  | { ok: false; message: string; offset: number; length: number; suggestion?: string };

type Problem = Extract<ExpressionCheck, { ok: false }>;

let environment: Environment | undefined;

/** CEL with all variables open: for parsing and checking, never for computing. */
export function shared(): Environment {
  if (!environment) {
    environment = createEnvironment();
    for (const name of VARIABLES) environment.registerVariable(name, 'dyn');
  }
  return environment;
}

/** CEL's name of a type; what has no single plain one is `dyn`. */
function celType(spec: TypeSpec | undefined): string {
  switch (spec?.type) {
    case 'number':
    case 'integer':
      return 'double';
    case 'boolean':
      return 'bool';
    case 'string':
      return 'string';
    case 'array': {
      const item = celType(spec.items);
      return item === 'dyn' ? 'list' : `list<${item}>`;
    }
    case 'object': {
      if (spec.properties && Object.keys(spec.properties).length > 0) return 'map';
      const value = typeof spec.additionalProperties === 'object' ? celType(spec.additionalProperties) : 'dyn';
      return value === 'dyn' ? 'map' : `map<string, ${value}>`;
    }
    default:
      return 'dyn';
  }
}

/** A variable of the given type whose name has the given length, so that it can stand for a path in place. */
function standIn(type: string, length: number): string | undefined {
  const stem = `v${Array.from(type)
    .reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 1296, 7)
    .toString(36)}`;
  if (stem.length > length) return undefined;
  const name = stem.padEnd(length, '_');
  const known = shared() as Environment & { hasVariable(name: string): boolean };
  if (!known.hasVariable(name)) known.registerVariable(name, type);
  return name;
}

interface Member {
  spec?: TypeSpec;
  problem?: Problem;
}

/** The member that a node reads, when it is written out. */
export function keyOf(node: ASTNode): string | undefined {
  if (node.op === '.') return node.args[1];
  if (node.op !== '[]') return undefined;
  const index = node.args[1];
  return index.op === 'value' && typeof index.args === 'string' ? index.args : undefined;
}

function unknownMember(node: ASTNode, key: string, spec: TypeSpec): Problem {
  const known = Object.keys(spec.properties ?? {});
  const offset =
    node.op === '.' ? node.end - key.length : Array.isArray(node.args) ? (node.args[1] as ASTNode).start : node.start;
  const elsewhere = spec.elsewhere && Object.hasOwn(spec.elsewhere, key) ? spec.elsewhere[key] : undefined;
  if (elsewhere !== undefined)
    return { ok: false, message: `'${key}' cannot be used here`, offset, length: key.length, suggestion: elsewhere };
  const hint = didYouMean(key, known, spec.members ?? 'members');
  const suggestion = spec.more ? `${hint} See ${spec.more}.` : hint;
  return {
    ok: false,
    message: `unknown name '${key}' among the ${spec.members ?? 'members'}`,
    offset,
    length: key.length,
    suggestion,
  };
}

/** The type of a path such as `steps.run1.accuracy`, or the problem with it. */
function memberOf(node: ASTNode, types: ExpressionTypes): Member {
  if (node.op === 'id') return { spec: types[node.args] };
  if (node.op !== '.' && node.op !== '[]') return {};
  const left = memberOf(node.args[0], types);
  if (left.problem || !left.spec) return left;
  const { spec } = left;
  const key = keyOf(node);
  if (spec.type === 'array') return node.op === '[]' ? { spec: spec.items } : {};
  if (spec.type !== 'object') return {};
  if (key !== undefined && spec.properties && Object.hasOwn(spec.properties, key))
    return { spec: spec.properties[key] };
  if (typeof spec.additionalProperties === 'object') return { spec: spec.additionalProperties };
  if (key === undefined || spec.additionalProperties === true || !spec.properties) return {};
  return { problem: unknownMember(node, key, spec) };
}

const FRIENDLY: [RegExp, string][] = [
  [/\b(double|int|uint)\b/g, 'number'],
  [/\bbool\b/g, 'boolean'],
  [/\bdyn\b/g, 'any'],
];
function friendly(text: string): string {
  return FRIENDLY.reduce((result, [pattern, word]) => result.replace(pattern, word), text);
}

interface CelFailure {
  code?: string;
  summary?: string;
  range?: { start: number; end: number };
}

function functionNames(): string[] {
  const { functions } = shared().getDefinitions();
  return [...new Set(functions.map((definition) => definition.name))];
}

function celProblem(expression: string, error: unknown, types: ExpressionTypes): Problem {
  const { code, summary, range } = error as CelFailure;
  const offset = Math.min(range?.start ?? 0, Math.max(0, expression.length - 1));
  const length = Math.max(1, (range?.end ?? offset + 1) - offset);
  const place = { ok: false as const, offset, length };
  const text = friendly((summary ?? String(error)).split('\n')[0] ?? '');
  if (code === 'unknown_variable') {
    const name = text.replace(/^Unknown variable: /, '');
    return {
      ...place,
      message: `there is no variable '${name}' here`,
      suggestion: didYouMean(name, Object.keys(types), 'variables'),
    };
  }
  const call = /^found no matching overload for '(?:.*\.)?(\w+)\((.*)\)'$/.exec(text);
  if (call?.[1]) {
    const name = call[1];
    const ours = FUNCTIONS.filter((signature) => signature.startsWith(`${name}(`));
    if (ours.length > 0)
      return { ...place, message: `${name}() does not take (${call[2]})`, suggestion: `Write ${ours.join(' or ')}.` };
    const names = functionNames();
    if (names.includes(name)) return { ...place, message: `${name}() does not take (${call[2]})` };
    const near = nearest(name, names);
    const suggestion = near ? `Did you mean '${near}'?` : `Ours are: ${FUNCTIONS.join(', ')}.`;
    return { ...place, message: `there is no function '${name}'`, suggestion };
  }
  if (/\bEOF\b/.test(text))
    return { ...place, message: 'the expression ends where more is wanted', suggestion: `Write it whole: ${EXAMPLE}.` };
  const message = text.charAt(0).toLowerCase() + text.slice(1);
  const mixed = /^no such overload/i.test(text);
  const suggestion = mixed
    ? 'Both sides must be of one type: turn one with double(…) or string(…).'
    : `Write CEL, texts in quotes: ${EXAMPLE}.`;
  return { ...place, message, suggestion };
}

const EXAMPLE = "steps.run1.accuracy >= 0.7 && run.mode == 'live'";

function resultType(name: string): Expected | 'null' | 'any' {
  if (name === 'double' || name === 'int' || name === 'uint') return 'number';
  if (name === 'bool') return 'boolean';
  if (name === 'string') return 'string';
  if (name.startsWith('list')) return 'array';
  if (name.startsWith('map')) return 'object';
  return name === 'null' || name === 'null_type' ? 'null' : 'any';
}

/** Puts typed stand-ins of the same length in the place of paths whose type is known. */
function withStandIns(expression: string, ast: ASTNode, types: ExpressionTypes): { text: string } | Problem {
  const inner = new Set<unknown>();
  const chains: ASTNode[] = [];
  let problem: Problem | undefined;
  walk(ast, (node) => {
    if (node.op === 'call' && node.args[0] === 'has') for (const argument of node.args[1]) inner.add(argument);
    if (node.op !== '.' && node.op !== '[]' && node.op !== 'id') return;
    if (node.op !== 'id') inner.add(node.args[0]);
    problem ??= memberOf(node, types).problem;
    if (!inner.has(node)) chains.push(node);
  });
  if (problem) return problem;
  let text = expression;
  for (const node of chains) {
    const { spec } = memberOf(node, types);
    const name = spec && standIn(celType(spec), node.end - node.start);
    if (name) text = text.slice(0, node.start) + name + text.slice(node.end);
  }
  return { text };
}

function missingVariable(ast: ASTNode, types: ExpressionTypes): Problem | undefined {
  let problem: Problem | undefined;
  walk(ast, (node) => {
    if (node.op !== 'id' || problem || Object.hasOwn(types, node.args)) return;
    if (!VARIABLES.some((name) => name === node.args)) return;
    const suggestion = `Here are: ${Object.keys(types).join(', ')}.`;
    problem = {
      ok: false,
      message: `there is no '${node.args}' here`,
      offset: node.start,
      length: node.args.length,
      suggestion,
    };
  });
  return problem;
}

function wholeDivision(ast: ASTNode): Problem | undefined {
  let problem: Problem | undefined;
  walk(ast, (node) => {
    if (node.op !== '/' || problem) return;
    const isInt = (side: ASTNode) => (side as { checkedType?: { name: string } }).checkedType?.name === 'int';
    if (!isInt(node.args[0]) || !isInt(node.args[1])) return;
    const message = 'dividing two counts drops the remainder';
    problem = {
      ok: false,
      message,
      offset: node.start,
      length: node.end - node.start,
      suggestion: 'Write ratio(a, b).',
    };
  });
  return problem;
}

/**
 * Checks an expression without computing it: syntax, names, types.
 *
 * @param expression CEL without `${{ }}`
 * @param types of the variables that exist at its place
 * @param expected what the place wants; none = anything
 * @returns its type, or the first problem with its place (0-based offset within the expression)
 */
export function checkExpression(
  expression: string,
  types: ExpressionTypes,
  expected: readonly Expected[] = [],
): ExpressionCheck {
  try {
    const { ast } = shared().parse(expression);
    const missing = missingVariable(ast, types);
    if (missing) return missing;
    const prepared = withStandIns(expression, ast, types);
    if ('ok' in prepared) return prepared;
    const program = shared().parse(prepared.text);
    literalsToDoubles(program.ast);
    const result = program.check();
    if (!result.valid) return celProblem(expression, result.error, types);
    const division = wholeDivision(program.ast);
    if (division) return division;
    const pattern = badPattern(expression, ast);
    if (pattern) return { ok: false, ...pattern };
    const type = resultType(result.type ?? 'dyn');
    if (type === 'any' || expected.length === 0 || expected.some((wanted) => wanted === type))
      return { ok: true, type };
    const message = `gives ${article(type)}, but ${expected.map(article).join(' or ')} is wanted here`;
    const suggestion = expected.includes('boolean') ? `Compare it with something: ${EXAMPLE}.` : undefined;
    return { ok: false, message, offset: 0, length: expression.length, ...(suggestion ? { suggestion } : {}) };
  } catch (error) {
    return celProblem(expression, error, types);
  }
}

function article(type: string): string {
  return type === 'array' ? 'a list' : type === 'object' ? 'an object' : type === 'null' ? 'null' : `a ${type}`;
}
