import { describe, expect, test } from '@jest/globals';
import {
  buildContext,
  contextKey,
  evaluate,
  evaluateBoolean,
  readCondition,
  ExpressionError,
  expressionsIn,
  resolve,
  templateParts,
} from '../../../model/expression/expression.js';
import type { Json } from '../../../model/json.js';

const context = buildContext({
  inputs: { apiUrl: 'http://127.0.0.1:8000', count: 3, fraction: 2.5, list: [1, 2, 3], sneaky: '${{ inputs.count }}' },
  steps: {
    'run-1': { comparable: 18, agreed: 17, verdicts: { a: 'pass', b: 'warn' }, times: [10, 3, 1, 4, 2], none: null },
    run2: { comparable: 20, verdicts: { a: 'pass', b: 'reject' }, nested: { deep: true } },
    skipped: undefined,
  },
  phases: { 'stop-reset': { steps: { copy: { files: 7 } } } },
  run: { id: 'lab/1', attempt: 2, started: '2026-11-21T01:02:03Z' },
  target: { id: 'lab', variables: { region: 'eu' } },
  it: { comparable: 18, total: 20 },
});

function failure(expression: string): ExpressionError {
  try {
    evaluate(expression, context);
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  throw new Error(`${expression} did not fail`);
}

describe('patterns', () => {
  test.each<[string, boolean]>([
    ['inputs.apiUrl.matches("^http://[0-9.]+:[0-9]+$")', true],
    ['inputs.apiUrl.matches("^https")', false],
    ['"x".matches("^" + run.id)', false],
    ['["v1", "v22"].all(one, one.matches(r"^v\\d+$"))', true],
    ['["v1", "x"].exists(one, one.matches("x"))', true],
  ])('%s', (expression, expected) => {
    expect(evaluate(expression, context)).toBe(expected);
  });

  test.each([
    ['inputs.apiUrl.matches("(?=h)")', 'the pattern of matches() cannot be used: (?=…) looks ahead'],
    ['inputs.apiUrl.matches("(" + run.id)', 'the pattern of matches() cannot be used: this ( has no )'],
    ['inputs.count.matches("3")', "found no matching overload for 'double.matches(string)'"],
  ])('%s cannot be computed', (expression, why) => {
    expect(failure(expression)).toMatchObject({ missing: false, reason: expect.stringContaining(why) });
    expect(readCondition(expression, context)).toEqual({ why: expect.stringContaining(why) });
  });

  test('a pattern that takes exponential time elsewhere has its answer', () => {
    const hostile = { ...context, inputs: { text: `${'a'.repeat(50_000)}!` } };
    expect(evaluate('inputs.text.matches("^(a+)+$")', hostile)).toBe(false);
    expect(evaluate('inputs.text.matches("^.*(a+)+$")', hostile)).toBe(false);
  });
});

describe('whole numbers and fractions mix', () => {
  test.each<[string, Json]>([
    ['it.comparable >= 18', true],
    ['it.comparable + 1', 19],
    ['1 + it.comparable', 19],
    ['1 + 2', 3],
    ['7 / 2', 3.5],
    ['it.comparable == 18', true],
    ['it.comparable == 18.0', true],
    ['18 == it.comparable', true],
    ['it.comparable != 17', true],
    ['inputs.count * 2 - 1', 5],
    ['inputs.count % 2', 1],
    ['-1 + inputs.count', 2],
    ['inputs.fraction > 2', true],
    ['size(inputs.list) + 1', 4],
    ['size(inputs.list) == 3', true],
    ['size(inputs.list) / 2', 1.5],
    ['3 in inputs.list', true],
    ['inputs.list[0]', 1],
    ['inputs.list.map(x, x + 1)', [2, 3, 4]],
    ['inputs.list.exists(x, x == 2)', true],
    ['inputs.list.filter(x, x > 1)', [2, 3]],
    ['inputs.list.all(x, x > 0 && x < 4)', true],
    ['inputs.count == 3 ? "three" : "other"', 'three'],
    ['string(inputs.count) + " cases"', '3 cases'],
    ['{"a": 1, "b": [2.5, 1]}', { a: 1, b: [2.5, 1] }],
    ['has(steps.run_1.nothing)', false],
    ['steps.run_1.none == null', true],
    ['phases.stop_reset.steps.copy.files', 7],
    ['run.attempt > 1', true],
    ['target.variables.region', 'eu'],
  ])('%s', (expression, expected) => {
    expect(evaluate(expression, context)).toEqual(expected);
  });
});

describe('our functions', () => {
  test.each<[string, unknown]>([
    ['wilsonLower(17, 20)', expect.closeTo(0.6396, 4)],
    ['wilsonLower(steps.run_1.agreed, it.total)', expect.closeTo(0.6396, 4)],
    ['wilsonUpper(0, size(inputs.list))', expect.closeTo(0.5615, 4)],
    ['ratio(it.comparable, it.total)', 0.9],
    ['ratio(1, 0)', Number.NaN],
    ['agreement(steps.run_1, steps.run2)', 0.5],
    ['agreement(steps.run_1.verdicts, steps.run2.verdicts)', 0.5],
    ['percentile(steps.run_1.times, 0.9)', expect.closeTo(7.6, 10)],
    ['percentile(inputs.list, 1)', 3],
    ['min(1, inputs.fraction)', 1],
    ['max(size(inputs.list), 2.5)', 3],
    ['abs(-2)', 2],
    ['round(2.567, 2)', 2.57],
    ['round(2.5)', 3],
  ])('%s', (expression, expected) => {
    expect(evaluate(expression, context)).toEqual(expected);
  });
});

describe('failures say which expression and why, in one line', () => {
  test.each([
    ['steps.skipped.comparable', true, "no value 'skipped'"],
    ['steps.run2.agreed', true, "no value 'agreed'"],
    ['inputs.constructor', true, "no value 'constructor'"],
    ['inputs.__proto__', true, "no value '__proto__'"],
    ['nothing.at.all', false, 'unknown variable: nothing'],
    ['it.comparable > "a"', false, 'no such overload'],
    ['agreement(inputs.count, steps.run2)', false, 'the first is neither'],
    ['percentile(inputs.list, 95)', false, 'share from 0 to 1'],
    ['1 +', false, ''],
    ['inputs.list.map(x', false, ''],
    [`${'1 + '.repeat(1001)}1`, false, 'longer than 4000'],
  ])('%s', (expression, missing, words) => {
    const error = failure(expression);
    expect(error.missing).toBe(missing);
    expect(error.message).toContain(words);
    expect(error.message).toContain(expression.slice(0, 100));
    expect(error.message).not.toContain('\n');
  });
  test('`it` that is not set is a missing value', () => {
    const { it: _, ...without } = context;
    expect(() => evaluate('it.comparable', without)).toThrow(expect.objectContaining({ missing: true }));
  });
});

test('a condition must be true or false', () => {
  expect(evaluateBoolean('it.comparable == it.total', context)).toBe(false);
  expect(() => evaluateBoolean('it.comparable', context)).toThrow(/must be true or false, but is 18/);
});

describe('resolve', () => {
  test('a string that is wholly one expression keeps its type; others are joined', () => {
    const value = {
      url: '${{ inputs.apiUrl }}/healthz',
      count: '${{ inputs.count }}',
      list: ['${{inputs.list}}', 'plain'],
      two: '${{ inputs.count }}-${{ inputs.fraction }}',
      object: '${{ {"a": {"b": "}}"}} }}',
      flag: true,
    };
    expect(resolve(value, context)).toEqual({
      url: 'http://127.0.0.1:8000/healthz',
      count: 3,
      list: [[1, 2, 3], 'plain'],
      two: '3-2.5',
      object: { a: { b: '}}' } },
      flag: true,
    });
  });
  test('what comes out of an expression is never expanded again', () => {
    expect(resolve('${{ inputs.sneaky }}', context)).toBe('${{ inputs.count }}');
    expect(resolve('x ${{ inputs.sneaky }}', context)).toBe('x ${{ inputs.count }}');
  });
  test('a literal ${{ is written $${{', () => {
    expect(resolve('a $${{ b }} ${{ inputs.count }}', context)).toBe('a ${{ b }} 3');
  });
  test.each([
    ['${{ ratio(1, 0) }}', /not a finite number/],
    ['x${{ steps.run_1.none }}', /null/],
    ['${{ inputs.count', /does not end/],
    ['${{ }}', /no expression/],
  ])('%s is refused', (text, message) => {
    expect(() => resolve(text, context)).toThrow(message);
  });
});

test('expressionsIn names every expression with its path', () => {
  expect(expressionsIn({ a: ['x', '${{ 1 }} and ${{ inputs.b }}'], c: { d: '${{ it }}' }, e: 3 })).toEqual([
    { expression: '1', path: ['a', 1] },
    { expression: 'inputs.b', path: ['a', 1] },
    { expression: 'it', path: ['c', 'd'] },
  ]);
  expect(templateParts('ab${{  it.x }}c')).toEqual([{ text: 'ab' }, { expression: 'it.x', offset: 7 }, { text: 'c' }]);
});

test('ids with a dash are written with an underscore', () => {
  expect(contextKey('api-health-2')).toBe('api_health_2');
});

test('a condition that cannot be read says why, and does not throw', () => {
  expect(readCondition('1 == 1', {})).toEqual({ holds: true });
  expect(readCondition('1 == 2', {})).toEqual({ holds: false });
  expect(readCondition('steps.a.v > 1', { steps: {} })).toEqual({ why: expect.stringContaining("no value 'a'") });
  expect(readCondition('1 + 1', {})).toEqual({ why: expect.stringContaining('must be true or false') });
  expect(readCondition('((', {})).toEqual({ why: expect.any(String) });
});
