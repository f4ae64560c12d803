import { describe, expect, test } from '@jest/globals';
import { checkExpression } from '../../../../model/schema/expression/expression-check.js';

const types = { it: { type: 'object', properties: { text: { type: 'string' }, pattern: { type: 'string' } } } };

/** What is shown as wrong, and why. */
function wrong(expression: string): string {
  const result = checkExpression(expression, types, ['boolean']);
  if (result.ok) return 'nothing';
  const { message, offset, length, suggestion = '' } = result;
  return `${expression.slice(offset, offset + length)} | ${message} | ${suggestion}`;
}

describe('a pattern that stands in an expression', () => {
  test.each([
    'it.text.matches("^v[0-9]+$")',
    "it.text.matches(r'^\\d+\\.\\d+$')",
    'it.text.matches(it.pattern)',
    'it.text.matches(it.pattern + "$")',
    '"a".matches("a") && !it.text.matches("b")',
  ])('%s can be used', (expression) => {
    expect(wrong(expression)).toBe('nothing');
  });

  test.each([
    ['it.text.matches("^(?!.*error)")', '(?! | this is no pattern: (?!…) looks ahead'],
    ["it.text.matches('(a')", '( | this is no pattern: this ( has no ) | Write \\( for a parenthesis.'],
    ["it.text.matches(r'(\\w)\\1')", '\\1 | this is no pattern: \\1 is a reference to an earlier group'],
    ['[it.text].all(one, one.matches("[z-a]"))', 'z-a | this is no pattern: this range ends before it begins'],
    // With escapes in it, a place in the pattern is none in the expression.
    ['it.text.matches("(\\\\w)\\\\1")', '"(\\\\w)\\\\1" | this is no pattern: \\1 is a reference'],
    ['it.text.matches("(?:a{100}){100}")', '(?:a{100}){100} | this is no pattern: it comes to more than 1,000 places'],
    ['it.text.matches(1)', 'it.text.matches(1) | matches() does not take (number)'],
  ])('%s is refused, with its place', (expression, why) => {
    expect(wrong(expression).slice(0, why.length)).toBe(why);
  });
});
