import { expect, test } from '@jest/globals';
import { pathsIn, proportionOf } from '../../../../model/schema/expression/expression-paths.js';

test.each<[string, string[]]>([
  ['steps.run1.accuracy > 0.5', ['steps.run1.accuracy']],
  ['ratio(steps.a.x, steps.b.y)', ['steps.a.x', 'steps.b.y']],
  ['steps.a["x"] + it.n', ['steps.a.x', 'it.n']],
  ['steps.a.list[0]', ['steps.a.list']],
  ['"steps.a.x"', []],
  ['steps.a.', []],
])('%s reads %j', (expression, paths) => {
  expect(pathsIn(expression).map(({ keys }) => keys.join('.'))).toEqual(paths);
});

test('what is only asked for is told apart, and each path has its place in the text', () => {
  const text = 'has(steps.a) && steps.a.x > 1.0';
  expect(pathsIn(text).map(({ offset, length, asked }) => [text.slice(offset, offset + length), asked])).toEqual([
    ['steps.a', true],
    ['steps.a.x', false],
  ]);
});

test.each([
  ['wilsonLower(it.a, it.b + 1)', { successes: 'it.a', n: 'it.b + 1' }],
  ['ratio(1, 2)', { successes: '1', n: '2' }],
  ['ratio(1, 2) * 2', undefined],
  ['max(1, 2)', undefined],
  ['ratio(1,', undefined],
])('%s is a proportion of %j', (expression, parts) => {
  expect(proportionOf(expression)).toEqual(parts);
});
