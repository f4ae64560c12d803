import { describe, expect, test } from '@jest/globals';
import { problemsInPhase } from '../../../kits/problems.js';

const gate = (more: object) => ({ id: 'g', value: 'steps.pause.waitedMs', ...more });
const of = (...gates: object[]): string[] => problemsInPhase({ gates });

test('a gate with one limit of the right type is in order', () => {
  expect(of(gate({ atLeast: 1 }), { id: 'mode', value: 'run.mode', equals: 'live' })).toEqual([]);
  expect(of({ each: ['pause'], gates: [{ id: 'g', value: 'it.waitedMs', atMost: 9 }] })).toEqual([]);
});

describe('a gate is refused', () => {
  test.each<[string, object[], RegExp]>([
    ['without a limit', [gate({})], /gate 'g' has no limit: Add one of: .*atLeast/],
    ['with two limits', [gate({ atLeast: 1, below: 9 })], /has 2 limits: atLeast, below/],
    ['with bounds the wrong way round', [gate({ within: [2, 1] })], /lower bound is above the upper/],
    ['whose value is no number', [gate({ value: 'run.mode', atLeast: 1 })], /gives a string, but a number is wanted/],
    ['whose value is no text, for a text', [gate({ equals: 'x' })], /gives a number, but a string is wanted/],
    [
      'whose baseline is no number',
      [gate({ baseline: { of: 'run.mode', noWorseThan: 0.1 } })],
      /gives a string, but a number is wanted/,
    ],
    ['with `minN` and no sample', [gate({ atLeast: 1, minN: 5 })], /needs to know the sample size/],
    ['that is a floor and only warns', [gate({ atLeast: 1, floor: true, hard: false })], /cannot be a floor/],
    ['whose id stands twice', [gate({ atLeast: 1 }), gate({ atMost: 2 })], /already a gate 'g' in this phase/],
    [
      'for each of steps that are not there',
      [{ each: ['pauze'], gates: [{ id: 'g', value: '1', atLeast: 1 }] }],
      /has no step 'pauze': Did you mean 'pause'/,
    ],
  ])('%s', (_name, gates, problem) => {
    expect(of(...gates)).toEqual([expect.stringMatching(problem)]);
  });
});

test('a share knows its own sample', () => {
  expect(of(gate({ value: 'wilsonLower(1, 2)', atLeast: 0.1, minN: 5 }))).toEqual([]);
});
