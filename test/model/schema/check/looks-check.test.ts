import { describe, expect, test } from '@jest/globals';
import { problemsInPhase } from '../../../kits/problems.js';

const read = { id: 'read', uses: 'http.read', with: { url: 'http://x/', values: { a: '$.a', n: '$.n' } } };
const share = { part: 'it.values.a', whole: 'it.values.n', atMost: 0.02 };
const canary = { ...read, window: { every: '1m', within: '1h', share } };
const until = { every: '1s', within: '9s' };
const gate = (value: string, more: object = {}) => ({ id: 'g', value, atMost: 0.1, ...more });

describe('a bound for one look is refused', () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      'where a step waits until it is good',
      { steps: [{ ...read, until: { ...until, condition: 'wilsonLower(it.values.a, it.values.n) > 0.5' } }] },
      /`wilsonLower` is a bound for one look, and here is looked again and again.*Use anytimeLower/,
    ],
    [
      'where it makes a sample green',
      { steps: [{ ...canary, window: { ...canary.window, green: 'wilsonUpper(it.values.a, it.values.n) < 0.5' } }] },
      /`wilsonUpper` is a bound for one look.*Use anytimeUpper/,
    ],
    [
      'in a gate over a window that says not how often',
      { steps: [canary], gates: [gate('wilsonUpper(steps.read.part, steps.read.whole)')] },
      /looked at again and again until it is good: Add looks: many, and it is anytimeUpper/,
    ],
    [
      'in a gate over each of them',
      { steps: [canary], gates: [{ each: ['read'], gates: [gate('wilsonUpper(it.part, it.whole)')] }] },
      /Add looks: many/,
    ],
    [
      'in a gate over what was waited for',
      {
        steps: [{ ...read, until: { ...until, condition: 'it.values.n > 9' } }],
        gates: [gate('wilsonUpper(steps.read.values.a, steps.read.values.n)')],
      },
      /Add looks: many/,
    ],
  ])('%s', (_, phase, problem) => {
    expect(problemsInPhase(phase)).toEqual([expect.stringMatching(problem)]);
  });
});

test.each<[string, Record<string, unknown>]>([
  [
    'one for any number of looks',
    { steps: [canary], gates: [gate('anytimeUpper(steps.read.part, steps.read.whole)')] },
  ],
  [
    'one whose author says so',
    { steps: [canary], gates: [gate('wilsonUpper(steps.read.part, steps.read.whole)', { looks: 'many' })] },
  ],
  ['one over a single look', { steps: [read], gates: [gate('wilsonUpper(steps.read.values.a, steps.read.values.n)')] }],
  ['the bound of the window itself', { steps: [canary], gates: [gate('steps.read.upper')] }],
])('%s is in order', (_, phase) => {
  expect(problemsInPhase(phase)).toEqual([]);
});
