import { describe, expect, test } from '@jest/globals';
import { type BoundValue, bindValues, namesIn } from '../../../kinds/prometheus/promql.js';

describe('values in their places', () => {
  test.each<[string, string, BoundValue, string]>([
    ['a text', 'up{job="$job"}', 'api', 'up{job="api"}'],
    ['a name in braces', 'up{job="${job}_total"}', 'api', 'up{job="api_total"}'],
    ['a quote', 'up{job="$job"}', 'a"} or vector(0) #', 'up{job="a\\"} or vector(0) #"}'],
    ['a backslash at its end', 'up{job="$job"}', 'a\\', 'up{job="a\\\\"}'],
    ['a line end', 'up{job="$job"}', 'a\nb', 'up{job="a\\u000ab"}'],
    ['in the other quotes', "up{job='$job'}", `it's "x"`, `up{job='it\\'s "x"'}`],
    ['in backticks', 'up{job=`$job`}', 'a\\d"', 'up{job=`a\\d"`}'],
    ['as a pattern, itself', 'up{job=~"$job"}', 'a.b|c+', 'up{job=~"a\\\\.b\\\\|c\\\\+"}'],
    ['in a part of a pattern', 'up{path!~ "/$job/.*"}', 'a.b', 'up{path!~ "/a\\\\.b/.*"}'],
    ['as a pattern in backticks', 'up{job=~`$job`}', 'a.b', 'up{job=~`a\\.b`}'],
    ['any of a list', 'up{job=~"$job"}', ['a', 'b.c'], 'up{job=~"(?:a|b\\\\.c)"}'],
    ['a list of one', 'up{job=~"$job"}', ['a'], 'up{job=~"a"}'],
    ['as a pattern behind a comment', 'up{job=~ # jobs\n "$job"}', '.*', 'up{job=~ # jobs\n "\\\\.\\\\*"}'],
    ['as a letter of a class', 'up{job=~"[$job]"}', 'a-c', 'up{job=~"[a\\\\-c]"}'],
    ['a number', 'topk($job, up)', 3, 'topk(3, up)'],
    ['a number with its sign', '$job ^ 2', -2, '(-2) ^ 2'],
    ['a duration', 'rate(x[$job])', '1h30m', 'rate(x[1h30m])'],
    ['twice', '$job * $job', '0.5', '0.5 * 0.5'],
    ['a name in a name', 'a{b="$jobs$job"}', 'x', 'a{b="$jobsx"}'],
    ['a name of a member that objects have', 'a{b="$constructor$job"}', 'x', 'a{b="$constructorx"}'],
    ['not in comments', 'up # $job\n + $job', 1, 'up # $job\n + 1'],
    ['a mark of a comment in a string', 'up{a="#",b="$job"}', 'x', 'up{a="#",b="x"}'],
    ['a quote in a comment', 'up # it\'s\n{b="$job"}', 'x', 'up # it\'s\n{b="x"}'],
    ['a `$` of a pattern stays', 'up{a=~"x$",b="$job"}', '$x$job', 'up{a=~"x$",b="$x$job"}'],
  ])('%s', (_, query, job, bound) => {
    expect(bindValues(query, { job })).toEqual({ query: bound });
  });

  test.each<[string, string, BoundValue, string]>([
    ['a text outside of a string', 'up * $job', 'x', 'where only a number or a duration'],
    ['more than a duration', 'rate(x[$job])', '5m] or vector(0', 'where only a number or a duration'],
    ['a blank', 'x * $job', '1 or vector(0)', 'where only a number or a duration'],
    ['a number with a sign +', 'x * $job', '+Inf', 'where only a number or a duration'],
    ['nothing in a string', 'up{job="$job"}', '', 'is empty'],
    ['nothing in a list', 'up{job=~"$job"}', ['a', ''], 'is empty'],
    ['a list where one is matched', 'up{job="$job"}', ['a', 'b'], 'only a matcher with =~'],
    ['a list outside', 'x * $job', ['1'], 'where only a number or a duration'],
    ['a backtick in backticks', 'up{job=`$job`}', 'a`} or vector(0)', 'holds a backtick'],
    ['behind a backslash', String.raw`up{job="\$job"}`, '" or x{a="', 'stands behind a backslash'],
    ['behind one of a pattern', String.raw`up{job=~"\\$job"}`, 'd', 'stands behind a backslash'],
    ['in a string that does not end', 'up{job="$job', 'x"}', 'where only a number or a duration'],
    ['in a string that a line ends', 'up{job="$job\n"}', 'x"}', 'where only a number or a duration'],
  ])('refused: %s', (_, query, job, problem) => {
    expect(bindValues(query, { job })).toEqual({ problem: expect.stringContaining(problem) });
  });
});

test('names of a query: those that are given, and those outside of strings that are not', () => {
  expect(namesIn('rate(x{a="$a", b="$other"}[$__range]) # $c', ['a', 'b', 'c'])).toEqual({
    used: ['a'],
    strange: ['__range'],
  });
});
