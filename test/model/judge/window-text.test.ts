import { expect, test } from '@jest/globals';
import type { WindowPlan } from '../../../model/plan/plan.js';
import { emptyTally, type SampleOutcome, type SampleRecord, tallied } from '../../../model/judge/window.js';
import type { Seen } from '../../../model/judge/window-share.js';
import { windowBoard, windowSentence } from '../../../model/judge/window-text.js';

const DAY = 86_400_000;
const week: WindowPlan = { everyMs: DAY, consecutive: 7, withinMs: 10 * DAY, lateMs: DAY, green: 'it.ok == 1.0' };
const over = (...outcomes: [SampleOutcome, Seen?][]) =>
  outcomes.reduce((tally, [outcome, seen]) => tallied(tally, outcome, seen), emptyTally());
const greens = (count: number, seen?: Seen): [SampleOutcome, Seen?][] =>
  Array.from({ length: count }, () => ['green', seen]);

test('the sentence and the board of a streak say what a person asks', () => {
  const tally = over(['green'], ['green'], ['red'], ['green']);
  expect(windowSentence(week, tally)).toBe('3 of 4 samples green (1 red); 1 running, 7 wanted, longest 2.');
  expect(windowSentence(week, over(...greens(7)))).toBe('7 of 7 samples green; 7 running, 7 wanted.');
  const last: SampleRecord[] = [{ n: 3, due: '2026-11-24T10:00:00.000Z', outcome: 'red', why: 'a | b' }];
  expect(windowBoard('Days', week, tally, last)).toContain('| 3 | 2026-11-24T10:00:00.000Z | red | a \\| b |');
});

const { consecutive: _none, ...rhythm } = week;
const canary: WindowPlan = {
  ...rhythm,
  maxRed: 1,
  share: { part: 'it.errors', whole: 'it.requests', counts: 'each', limit: { op: 'atMost', threshold: 0.02 } },
};
const look = (part: number, whole = 500): Seen => ({ counted: { part, whole } });

test.each<[string, WindowPlan, [SampleOutcome, Seen?][], string]>([
  [
    'a share while it may be either',
    canary,
    [['green', look(1, 100)]],
    '1 of 1 samples green; share 1 % (1 of 100 in 1 look), for any number of looks between 0.000708 % and 9.12 %, needs ≤ 2 %.',
  ],
  [
    'one that is certain',
    canary,
    greens(2, look(0)),
    '2 of 2 samples green; share 0 % (0 of 1000 in 2 looks), for any number of looks between 0 % and 0.769 %, needs ≤ 2 %: certain at sample 2 of 10.',
  ],
  [
    'one that is certainly over its limit, with what was not seen',
    canary,
    [['missed'], ['green', look(200)]],
    '1 of 2 samples green (1 missed); share 40 % (200 of 500 in 1 look), for any number of looks between 32 % and 48.3 %, needs ≤ 2 %: certainly not at sample 2 of 10.',
  ],
  [
    'nothing that was counted',
    canary,
    [['red']],
    '0 of 1 samples green (1 red); nothing counted in 0 looks, needs ≤ 2 %.',
  ],
  [
    'so many bad ones at most',
    { ...rhythm, maxRed: 1, endsEarly: true },
    greens(9),
    '9 of 9 samples green; at most 1 bad of 10 wanted: certain at sample 9 of 10.',
  ],
  [
    'one that ended without certainty',
    { ...canary, maxRed: 10 },
    greens(10, look(10)),
    '10 of 10 samples green; share 2 % (100 of 5000 in 10 looks), for any number of looks between 1.3 % and 2.91 %, needs ≤ 2 %: not certain at sample 10 of 10.',
  ],
])('the sentence of %s', (_, plan, outcomes, sentence) => {
  expect(windowSentence(plan, over(...outcomes))).toBe(sentence);
});
