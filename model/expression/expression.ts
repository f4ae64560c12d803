import type { Environment, ParseResult } from '@marcbachmann/cel-js';
import { createEnvironment, LINEAR_MATCHES, literalsToDoubles, matchesToLinear, VARIABLES } from './cel.js';
import type { Json, JsonObject } from '../json.js';
import { PatternError, patternSentence } from '../text/pattern.js';

/** Longest expression and the most of them that are kept parsed. */
const LONGEST = 4000;
const CACHE_SIZE = 4000;

/** An expression that could not be computed: one line that names the expression and the cause. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';

  /**
   * @param expression the CEL text
   * @param cause what went wrong, without the expression
   * @param missing true when a value that it names is not there (a skipped step, an absent output)
   * @param absent the name of that value
   */
  constructor(
    readonly expression: string,
    readonly reason: string,
    readonly missing: boolean,
    readonly absent?: string,
  ) {
    super(`'${expression.length > 200 ? `${expression.slice(0, 199)}…` : expression}': ${reason}`);
  }
}

/** What expressions see. Keys below `steps` and `phases` are context keys. */
export type ExpressionContext = Record<string, Json | undefined>;

/** The name of an id in expressions, where a `-` would read as minus: `api-health` is `steps.api_health`. */
export function contextKey(id: string): string {
  return id.replaceAll('-', '_');
}

export interface ContextParts {
  inputs: JsonObject;
  /** Outputs by step id, of this phase; a step without outputs is left out. */
  steps?: Record<string, JsonObject | undefined>;
  /** Outputs by phase id and step id, of earlier phases. */
  phases?: Record<string, { steps: Record<string, JsonObject | undefined> }>;
  run: JsonObject;
  target?: JsonObject;
  /** What a gate, guard or `until` condition looks at. */
  it?: Json;
}

function keyed(steps: Record<string, JsonObject | undefined>): JsonObject {
  const result: JsonObject = {};
  for (const [id, outputs] of Object.entries(steps)) {
    if (outputs !== undefined) result[contextKey(id)] = outputs;
  }
  return result;
}

/** The variables of an expression, ids turned into context keys. */
export function buildContext(parts: ContextParts): ExpressionContext {
  const phases: JsonObject = {};
  for (const [id, phase] of Object.entries(parts.phases ?? {})) phases[contextKey(id)] = { steps: keyed(phase.steps) };
  return {
    inputs: parts.inputs,
    steps: keyed(parts.steps ?? {}),
    phases,
    run: parts.run,
    target: parts.target ?? {},
    ...(parts.it === undefined ? {} : { it: parts.it }),
  };
}

let environment: Environment | undefined;
const programs = new Map<string, ParseResult>();

function program(expression: string): ParseResult {
  const known = programs.get(expression);
  if (known) return known;
  if (expression.length > LONGEST) throw new ExpressionError(expression, `is longer than ${LONGEST} characters`, false);
  if (!environment) {
    environment = createEnvironment();
    for (const name of VARIABLES) environment.registerVariable(name, 'dyn');
  }
  const parsed = environment.parse(expression);
  literalsToDoubles(parsed.ast);
  matchesToLinear(parsed.ast);
  if (programs.size >= CACHE_SIZE) programs.clear();
  programs.set(expression, parsed);
  return parsed;
}

interface CelFailure {
  code?: unknown;
  summary?: unknown;
  message?: unknown;
}

function explain(expression: string, error: unknown): ExpressionError {
  if (error instanceof ExpressionError) return error;
  if (error instanceof PatternError) {
    const sentence = `the pattern of matches() cannot be used: ${patternSentence(error.problem)}`;
    return new ExpressionError(expression, sentence, false);
  }
  const { code, summary, message } = (error ?? {}) as CelFailure;
  const [line = ''] = String(summary ?? message ?? error).split('\n');
  const text = line.replaceAll(LINEAR_MATCHES, 'matches');
  const missing = code === 'no_such_key' || (code === 'unknown_variable' && text.endsWith(': it'));
  if (code === 'no_such_key') {
    const absent = text.replace(/^No such key: /, '');
    return new ExpressionError(expression, `there is no value '${absent}'`, true, absent);
  }
  return new ExpressionError(expression, text.charAt(0).toLowerCase() + text.slice(1), missing);
}

function toJson(value: unknown, expression: string): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
    return value;
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map((item) => toJson(item, expression));
  if (value instanceof Set) return [...value].map((item) => toJson(item, expression));
  if (value instanceof Map || (typeof value === 'object' && value.constructor === Object)) {
    const entries: [unknown, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
    return Object.fromEntries(entries.map(([key, item]) => [String(key), toJson(item, expression)]));
  }
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object') {
    const plain: unknown = value.valueOf();
    if (typeof plain === 'bigint' || typeof plain === 'number') return Number(plain);
  }
  throw new ExpressionError(expression, `gives ${typeof value}, which is no JSON value`, false);
}

/**
 * Computes a CEL expression. Whole numbers and fractions mix freely.
 *
 * @param expression CEL without `${{ }}`
 * @param context from `buildContext`
 * @returns a JSON value, where a number may be NaN or infinite (a share of nothing)
 * @throws ExpressionError
 */
export function evaluate(expression: string, context: ExpressionContext): Json {
  try {
    const result: unknown = program(expression)(context);
    return toJson(result, expression);
  } catch (error) {
    throw explain(expression, error);
  }
}

/** As `evaluate`, for conditions. @throws ExpressionError also when the result is not a boolean */
export function evaluateBoolean(expression: string, context: ExpressionContext): boolean {
  const value = evaluate(expression, context);
  if (typeof value !== 'boolean') {
    throw new ExpressionError(
      expression,
      `must be true or false, but is ${JSON.stringify(value)?.slice(0, 80)}`,
      false,
    );
  }
  return value;
}

/** What a condition says; where it cannot be computed, why: that is not the same as that it does not hold. */
export type Reading = { holds: boolean; why?: undefined } | { holds?: undefined; why: string };

/** As `evaluateBoolean`, for who must go on whatever a runbook says: never throws. */
export function readCondition(expression: string, context: ExpressionContext): Reading {
  try {
    return { holds: evaluateBoolean(expression, context) };
  } catch (error) {
    return { why: explain(expression, error).message };
  }
}

/** A piece of a string: text, or an expression with the place of its CEL within the string. */
export type TemplatePart = { text: string } | { expression: string; offset: number };

/** End of the expression that begins at `from`: the place of its `}}`, braces and quotes minded. */
function endOfExpression(text: string, from: number): number {
  let depth = 0;
  let quote = '';
  for (let at = from; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quote) {
      if (character === '\\') at += 1;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '{') depth += 1;
    else if (character === '}') {
      if (depth === 0) return text[at + 1] === '}' ? at : -1;
      depth -= 1;
    }
  }
  return -1;
}

/**
 * Splits a string at its `${{ … }}`; `$${{` stands for a literal `${{`.
 *
 * @throws ExpressionError for an expression that is empty or does not end
 */
export function templateParts(text: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let literal = '';
  let at = 0;
  for (;;) {
    const open = text.indexOf('${{', at);
    if (open < 0) break;
    if (text[open - 1] === '$') {
      literal += `${text.slice(at, open - 1)}\${{`;
      at = open + 3;
      continue;
    }
    literal += text.slice(at, open);
    const close = endOfExpression(text, open + 3);
    if (close < 0) throw new ExpressionError(text.slice(open), 'the expression does not end with }}', false);
    const raw = text.slice(open + 3, close);
    const expression = raw.trim();
    if (expression === '')
      throw new ExpressionError(text.slice(open, close + 2), 'there is no expression between the braces', false);
    if (literal) parts.push({ text: literal });
    literal = '';
    parts.push({ expression, offset: open + 3 + (raw.length - raw.trimStart().length) });
    at = close + 2;
  }
  literal += text.slice(at);
  if (literal || parts.length === 0) parts.push({ text: literal });
  return parts;
}

function checkFinite(value: Json, expression: string): Json {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new ExpressionError(expression, `gives ${value}, which is not a finite number`, false);
  }
  if (Array.isArray(value)) for (const item of value) checkFinite(item, expression);
  else if (value !== null && typeof value === 'object')
    for (const item of Object.values(value)) checkFinite(item, expression);
  return value;
}

function asText(value: Json, expression: string): string {
  if (value === null) throw new ExpressionError(expression, 'is null, which cannot stand in a text', true);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function resolveText(text: string, context: ExpressionContext): Json {
  if (!text.includes('${{')) return text;
  const parts = templateParts(text);
  const [only] = parts;
  if (parts.length === 1 && only && 'expression' in only) {
    return checkFinite(evaluate(only.expression, context), only.expression);
  }
  return parts
    .map((part) =>
      'text' in part
        ? part.text
        : asText(checkFinite(evaluate(part.expression, context), part.expression), part.expression),
    )
    .join('');
}

/**
 * Puts values in the place of every `${{ … }}`, at any depth. A string that is wholly one expression takes its
 * typed value, otherwise the pieces are joined. What comes out is never expanded again.
 *
 * @throws ExpressionError
 */
export function resolve(value: JsonObject, context: ExpressionContext): JsonObject;
export function resolve(value: Json, context: ExpressionContext): Json;
export function resolve(value: Json, context: ExpressionContext): Json {
  if (typeof value === 'string') return resolveText(value, context);
  if (Array.isArray(value)) return value.map((item) => resolve(item, context));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, context)]));
}

/** Every expression below a value, in order, with the path of the string that holds it. @throws ExpressionError */
export function expressionsIn(
  value: Json,
  path: (string | number)[] = [],
): { expression: string; path: (string | number)[] }[] {
  if (typeof value === 'string') {
    if (!value.includes('${{')) return [];
    return templateParts(value).flatMap((part) =>
      'expression' in part ? [{ expression: part.expression, path }] : [],
    );
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => expressionsIn(item, [...path, index]));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) => expressionsIn(item, [...path, key]));
}
