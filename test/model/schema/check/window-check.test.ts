import { describe, expect, test } from '@jest/globals';
import { problemsInPhase } from '../../../kits/problems.js';

const share = { part: 'it.values.a', whole: 'it.values.n', atMost: 0.02 };
const read = { id: 'read', uses: 'http.read', with: { url: 'http://x/', values: { a: '$.a', n: '$.n' } } };
const rhythm = { every: '1m', within: '1h' };
const of = (window: object): string[] => problemsInPhase({ steps: [{ ...read, window }] });

test.each<[string, object]>([
  ['a share', { ...rhythm, share }],
  [
    'a share of what only grows, with a sample that must be good',
    { ...rhythm, share: { ...share, counts: 'total' }, green: 'it.ms < 900', maxRed: 3 },
  ],
  ['so many bad ones at most', { ...rhythm, green: 'it.ms < 900', maxRed: 3 }],
  ['a streak', { every: '1m', consecutive: 3, green: 'it.ms < 900' }],
])('%s is a goal', (_, window) => {
  expect(of(window)).toEqual([]);
});

describe('a window is refused', () => {
  test.each<[string, object, RegExp]>([
    ['without a goal', { ...rhythm, green: 'true' }, /the window has no goal: Add consecutive .*share, or maxRed/],
    ['with two goals', { ...rhythm, share, consecutive: 3 }, /a window has one goal/],
    ['without an end', { every: '1m', share }, /nothing says when the window is over/],
    ['that nobody calls good', { ...rhythm, maxRed: 3 }, /nothing says which sample is good/],
    ['whose share has no limit', { ...rhythm, share: { part: '1', whole: '1' } }, /the share has one limit/],
    ['whose share has two', { ...rhythm, share: { ...share, atLeast: 0.1 } }, /the share has one limit/],
    [
      'that wants to see that nothing ever errs',
      { ...rhythm, share: { ...share, atMost: 0 } },
      /no number of looks shows/,
    ],
    [
      'that wants to see that all is good',
      { ...rhythm, share: { part: '1', whole: '1', atLeast: 1 } },
      /no number of looks/,
    ],
    [
      'that counts a text',
      { ...rhythm, share: { ...share, part: 'it.sha256' } },
      /gives a string, but a number is wanted/,
    ],
    ['that counts what is not there', { ...rhythm, share: { ...share, part: 'it.errors' } }, /unknown name 'errors'/],
  ])('%s', (_, window, problem) => {
    expect(of(window)).toEqual([expect.stringMatching(problem)]);
  });
});

test('what it offers is what its goal counts', () => {
  const reads = (window: object, value: string): string[] =>
    problemsInPhase({ steps: [{ ...read, window }], gates: [{ id: 'g', value, atLeast: 1 }] });
  expect(reads({ ...rhythm, share }, 'steps.read.upper')).toEqual([]);
  expect(reads({ ...rhythm, green: 'true', maxRed: 1 }, 'steps.read.upper')).toEqual([
    expect.stringContaining("'upper'"),
  ]);
});
