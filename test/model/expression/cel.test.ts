import { describe, expect, test } from '@jest/globals';
import { createEnvironment, FUNCTIONS, literalsToDoubles, walk } from '../../../model/expression/cel.js';

const environment = createEnvironment().registerVariable('it', 'dyn');
function value(expression: string, it: unknown = {}): unknown {
  const program = environment.parse(expression);
  literalsToDoubles(program.ast);
  return program({ it });
}

describe('numbers of both kinds mix', () => {
  test.each<[string, number | boolean]>([
    ['size([1, 2, 3]) + 1', 4],
    ['7 - size([1])', 6],
    ['size([1, 2]) * 1.5', 3],
    ['size([1, 2, 3]) / 2', 1.5],
    ['7 % 4', 3],
    ['size([1, 2, 3]) % 2', 1],
    ['size([1]) == 1', true],
    ['1 / 4', 0.25],
    ['min(size([1]), 2)', 1],
  ])('%s = %s', (expression, result) => {
    expect(value(expression)).toBe(result);
  });

  // Of a value of the context, the checker knows no type, and takes any number; of these it knows that they are lists.
  test.each<[string, number | string]>([
    ['it.list[1] + 1', 6],
    ['[1, 5][1]', 5],
    ['it.list.filter(one, one > 1)[0]', 5],
    ['it.list.map(one, one * 2)[1]', 10],
    ['it.names.split(",")[1]', 'b'],
  ])('a list index stays whole: %s = %s', (expression, result) => {
    expect(value(expression, { list: [1, 5], names: 'a,b' })).toBe(result);
  });
});

describe('our functions', () => {
  test.each<[string, number]>([
    ['ratio(1, 4)', 0.25],
    ['ratio(1, 0)', Number.NaN],
    ['round(2.5)', 3],
    ['round(1.2345, 2)', 1.23],
    ['abs(-2)', 2],
    ['max(1, 2)', 2],
    ['percentile([1, 2, 3, 4], 0.5)', 2.5],
    ['percentile([1, "x"], 0.5)', Number.NaN],
    ['agreement({"a": "x", "b": "y"}, {"a": "x", "b": "z"})', 0.5],
  ])('%s = %s', (expression, result) => {
    expect(value(expression)).toBe(result);
  });

  test('the Wilson bounds of 16 of 20', () => {
    expect(value('wilsonLower(16, 20)')).toBeCloseTo(0.584, 3);
    expect(value('wilsonUpper(16, 20)')).toBeCloseTo(0.9193, 3);
  });

  test.each([
    ['percentile([1], 95)', 'a share from 0 to 1'],
    ['agreement([1], {"a": "x"})', 'the first is neither'],
    ['agreement({"a": "x"}, it.none)', 'the second is neither'],
  ])('%s is refused', (expression, why) => {
    expect(() => value(expression, { none: null })).toThrow(why);
  });

  test('what is told to people can be called', () => {
    for (const told of FUNCTIONS) {
      const call = told
        .replaceAll(/successes|\bs\b/g, '1')
        .replaceAll(/\bn\b|\bx\b|digits|\bp\b/g, '1')
        .replaceAll(/\blist\b/g, '[1]')
        .replaceAll(/\b[ab]\b/g, told.startsWith('agreement') ? '{"a": "x"}' : '1');
      if (told.startsWith('weekday')) expect(value('weekday("2026-11-27T09:00:00Z", "UTC")')).toBe('friday');
      else expect([told, Number.isFinite(value(call))]).toEqual([told, true]);
    }
  });
});

test('an expression that is too large is refused', () => {
  expect(() => environment.parse(`[${'1, '.repeat(501)}1]`)).toThrow();
  expect(() => environment.parse(`${'('.repeat(80)}1${')'.repeat(80)}`.replaceAll('(', '1 + ('))).toThrow();
});

test('each node of a tree is visited, the outer one first', () => {
  const ops: string[] = [];
  walk(environment.parse('it.a + min(1.0, 2.0)').ast, ({ op }) => ops.push(op));
  expect(ops).toEqual(['+', '.', 'id', 'call', 'value', 'value']);
});
