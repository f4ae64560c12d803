import { describe, expect, test } from '@jest/globals';
import { StepError } from '../../../activities/step/step-error.js';
import { lineMatcher, matchLines, matchTail } from '../../../kinds/shared/patterns.js';

test('the places of the lines that match, for each pattern', () => {
  expect(matchLines(['^a', 'b$', 'c'], ['ab', 'b', 'a'])).toEqual([[0, 2], [0, 1], []]);
  expect(matchLines([], ['a'])).toEqual([]);
  expect(matchLines(['a'], [])).toEqual([[]]);
});

test('what group 1 finds, in order; a line or group that takes no part is left out', () => {
  const { group } = lineMatcher('seq=([0-9]+)|skip');
  expect(['seq=1', 'none', 'skip', 'x seq=3 seq=4'].map(group)).toEqual(['1', undefined, undefined, '3']);
  expect(lineMatcher('seq').group('seq=1')).toBeUndefined();
});

test('a line is matched whole, however long it is', () => {
  expect(matchLines(['FATAL'], [`${'x'.repeat(5000)}FATAL`])).toEqual([[0]]);
  expect(matchLines(['^x*$'], ['x'.repeat(2 ** 20)])).toEqual([[0]]);
  expect(lineMatcher('id=(\\d+)$').group(`${'x'.repeat(100_000)} id=7`)).toBe('7');
});

describe('the end of an output', () => {
  test.each<[string, string, boolean]>([
    ['OK$', 'OK\n', true],
    ['OK$', 'OK\r\n', true],
    ['OK$', 'OK', true],
    ['^OK$', 'OK\n', true],
    ['OK\\n$', 'OK\n', true],
    ['OK\\n', 'OK\n', true],
    ['OK$', 'OK\n\n', false],
    ['OK$', 'OK\nbad\n', false],
    ['OK$', 'bad\nOK\n', true],
    ['^OK', 'bad\nOK\n', false],
    ['^$', '', true],
    ['^$', '\n', true],
    ['^\\s*$', ' \n\n', true],
  ])('%j on %j: %s', (source, text, fits) => {
    expect(matchTail(source, text)).toBe(fits);
  });

  test('is looked at with all that stands before it', () => {
    expect(matchTail('^first', `first ${'x'.repeat(200_000)}\n`)).toBe(true);
    expect(matchTail('^x', `first ${'x'.repeat(200_000)}\n`)).toBe(false);
  });
});

test.each<[string, string, string]>([
  ['^(?!a)', '(?!…) looks ahead', 'Write two patterns'],
  ['(a)\\1', '\\1 is a reference to an earlier group', 'Write what is repeated once more'],
  ['(a', 'this ( has no )', 'Write \\( for a parenthesis'],
])('%s is refused with what to write instead', (source, why, instead) => {
  const failure = (): unknown => {
    try {
      lineMatcher(source);
    } catch (error) {
      return error;
    }
    return undefined;
  };
  expect(failure()).toBeInstanceOf(StepError);
  expect(failure()).toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining(why),
    options: { hint: expect.stringContaining(instead) },
  });
});

test('what would take too long on a text is refused, and the text is not said to match or not', () => {
  const text = Array.from({ length: 200_000 }, (_, at) => (Math.sin(at) > 0 ? 'a' : 'b')).join('');
  expect(() => matchLines(['[ab]*a[ab]{480}$'], [text])).toThrow('takes too long on a text of 200,000 characters');
});
