import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import {
  dueAt,
  emptyTally,
  endOf,
  nominalDate,
  outcomeFrom,
  retally,
  type SampleOutcome,
  type SampleRecord,
  slotsOf,
  tallied,
  windowDays,
  type WindowPlan,
} from '../../../model/judge/window.js';

const DAY = 86_400_000;
const START = Date.parse('2026-11-21T10:00:00Z');
const week: WindowPlan = { everyMs: DAY, consecutive: 7, withinMs: 10 * DAY, lateMs: DAY, green: 'it.ok == 1.0' };
const over = (outcomes: readonly SampleOutcome[]) =>
  outcomes.reduce((tally, outcome) => tallied(tally, outcome), emptyTally());
const G = 'green';
const R = 'red';
const M = 'missed';

describe('a streak', () => {
  test.each<[string, SampleOutcome[], object, boolean]>([
    ['of nothing', [], { slots: 0, streak: 0, longest: 0 }, false],
    ['of seven good days', [G, G, G, G, G, G, G], { green: 7, streak: 7, resets: 0 }, true],
    ['that a red day breaks', [G, G, G, G, R, G, G], { green: 6, red: 1, streak: 2, longest: 4, resets: 1 }, false],
    ['that a missed day breaks', [G, G, M], { missed: 1, streak: 0, longest: 2, resets: 1 }, false],
    ['that red days follow', [R, R, G], { red: 2, streak: 1, resets: 0 }, false],
    ['after a red day on day 3', [G, G, R, G, G, G, G, G, G, G], { streak: 7, longest: 7 }, true],
    ['after the time is over', [G, G, G, G, R, G, G, G, G, G], { streak: 5, slots: 10 }, true],
  ])('%s', (_, outcomes, tally, ended) => {
    expect(over(outcomes)).toMatchObject(tally);
    expect(endOf(week, over(outcomes)) !== undefined).toBe(ended);
  });
});

describe('a window is over', () => {
  const early: WindowPlan = { ...week, endsEarly: true };
  test.each<[string, WindowPlan, SampleOutcome[], boolean]>([
    ['not while its streak can still be had', early, [R, G, R], false],
    ['as soon as what is left is less than its streak', early, [G, G, G, R], true],
    ['not earlier where its samples are counted', week, [G, G, G, R], false],
    ['by a missed sample as by a red one', early, [R, R, M, M], true],
    ['not by the last that may be red', { ...week, maxRed: 1 }, [G, R, G], false],
    ['by one red sample more than may be', { ...week, maxRed: 1 }, [R, G, M], true],
    ['by the first red sample where none may be', { ...week, maxRed: 0 }, [G, R], true],
  ])('%s', (_, plan, outcomes, ended) => {
    expect(endOf(plan, over(outcomes)) !== undefined).toBe(ended);
  });
});

test.each<[string, WindowPlan, SampleOutcome[], object]>([
  ['of a streak', week, [G, G, R, G, G, M, G, G, G], { firstDay: '2026-11-28', lastDay: '2026-11-30' }],
  ['of a streak that was never broken', week, [G, G], { firstDay: '2026-11-22', lastDay: '2026-11-23' }],
  ['of a streak that is none', week, [G, R], {}],
  [
    'of all, where it has another goal',
    { everyMs: DAY, withinMs: 3 * DAY, lateMs: DAY, green: 'true', maxRed: 1 },
    [G, R, G],
    { firstDay: '2026-11-22', lastDay: '2026-11-24' },
  ],
])('the first and the last day %s', (_, plan, outcomes, days) => {
  const records = outcomes.map((outcome, index): SampleRecord => {
    const n = index + 1;
    const at = new Date(dueAt(plan, START, n, 1)).toISOString();
    return { n, due: at, at, day: nominalDate(plan, START, n), outcome };
  });
  expect(windowDays(plan, records)).toEqual(days);
  // Records of an earlier version tell no day.
  expect(
    windowDays(
      plan,
      records.map(({ day: _day, ...one }) => one),
    ),
  ).toEqual({});
});

test('slots close their intervals, and a rehearsal shortens them', () => {
  expect(slotsOf(week)).toBe(10);
  expect(dueAt(week, START, 1, 1)).toBe(START + DAY);
  expect(dueAt(week, START, 7, 6720)).toBe(START + 90_000);
  // Never early: what is no whole millisecond is rounded up.
  expect(dueAt(week, START, 1, 7)).toBe(START + Math.ceil(DAY / 7));
  expect(nominalDate(week, START, 7)).toBe('2026-11-28');
});

describe('records, tallied again', () => {
  const record = (n: number, more: Partial<SampleRecord> = {}): SampleRecord => ({
    n,
    due: new Date(START + n * 1000).toISOString(),
    at: new Date(START + n * 1000 + 5).toISOString(),
    outcome: 'green',
    outputs: { ok: 1 },
    ...more,
  });
  test('give the tally', () => {
    const records = [record(1), record(2, { outcome: 'red', outputs: { ok: 0 } }), record(3, { outcome: 'missed' })];
    expect(retally(week, records)).toEqual(over([G, R, M]));
  });
  test.each<[string, SampleRecord[], string]>([
    ['a slot that is left out', [record(1), record(3)], 'slot 2 is missing'],
    ['a slot that stands twice', [record(1), record(1)], 'slot 2 is missing'],
    ['one that was taken early', [record(1, { at: new Date(START).toISOString() })], 'slot 1 was taken early'],
    ['one without a time', [{ ...record(1), at: undefined }], 'slot 1 was taken early'],
    ['red called green', [record(1, { outputs: { ok: 0 } })], 'slot 1 is not green'],
    ['green called red', [record(1, { outcome: 'red' })], 'slot 1 is not red'],
    ['green without outputs', [{ ...record(1), outputs: undefined }], 'slot 1 is not green'],
    ['one after the end', Array.from({ length: 8 }, (_, index) => record(index + 1)), 'slot 8 comes after the end'],
  ])('refuse %s', (_, records, problem) => {
    expect(() => retally(week, records)).toThrow(problem);
  });
});

describe('the outcome, computed again from the records', () => {
  const plan: WindowPlan = {
    everyMs: 1000,
    withinMs: 6000,
    lateMs: 1000,
    green: 'true',
    maxRed: 1,
    share: { part: 'it.a', whole: 'it.n', counts: 'each', limit: { op: 'atMost', threshold: 0.02 } },
  };
  const looks = (...counts: [number, number][]): SampleRecord[] =>
    counts.map(([a, n], index) => {
      const at = new Date(START + (index + 1) * 1000).toISOString();
      const counted = { part: a, whole: n };
      return { n: index + 1, due: at, at, outcome: 'green', outputs: { a, n }, counted };
    });
  const good: [number, number] = [0, 300];
  test('says why it was over, and at which sample', () => {
    const outcome = outcomeFrom(plan, looks(good, good), []);
    expect(outcome).toMatchObject({ end: 'reached', slots: 2, looks: 2, part: 0, whole: 600, lower: 0 });
    expect(outcome).not.toHaveProperty('totals');
    expect(outcomeFrom(plan, looks([60, 300]), [])).toMatchObject({ end: 'out-of-reach', slots: 1 });
    expect(outcomeFrom(plan, looks(...Array.from({ length: 6 }, (): [number, number] => [2, 100])), [])).toMatchObject({
      end: 'time-over',
      slots: 6,
    });
  });
  const many = [{ id: 'many', title: 'Many', trips: 'it.part > 4' }];
  const few = looks(good, [5, 300]);
  test.each<[string, WindowPlan, SampleRecord[], typeof many, RegExp]>([
    ['one that was cut short', plan, looks(good), [], /cut short: nothing was certain at slot 1 of 6/],
    ['one without records', plan, [], [], /cut short: nothing was certain at slot 0 of 6/],
    [
      'one that was lost, and is done',
      { ...plan, mustReach: true },
      looks([60, 300]),
      [],
      /not reached at slot 1 of 6/,
    ],
    ['one whose guard tripped, and is done', plan, few, many, /a guard tripped at slot 2 of 6/],
    [
      'one that went on behind its guard',
      plan,
      [...few, ...looks(good, good, good).slice(2)],
      many,
      /slot 3 comes after/,
    ],
    [
      'one that counts what is not known',
      plan,
      looks(good, good).map((one) => ({ ...one, outputs: { n: 300 } })),
      [],
      /slot 1 is not green/,
    ],
    [
      'one that leaves out what it saw',
      plan,
      looks([60, 300], good).map(({ counted: _left, ...one }) => one),
      [],
      /slot 1 counts otherwise than it says/,
    ],
  ])('refuses %s', (_, of, records, guards, problem) => {
    expect(() => outcomeFrom(of, records, guards)).toThrow(problem);
  });
});

describe('the days of a window by when its slots were due', () => {
  const seven: WindowPlan = { everyMs: DAY, consecutive: 7, withinMs: 7 * DAY, lateMs: DAY, green: 'it.ok == 1.0' };
  /** Real records of seven green slots, at a scale. */
  const slots = (timeScale: number, startedMs = START): SampleRecord[] =>
    Array.from({ length: 7 }, (_, index) => {
      const n = index + 1;
      const due = new Date(dueAt(seven, startedMs, n, timeScale)).toISOString();
      return { n, due, at: due, day: nominalDate(seven, startedMs, n), outcome: G, outputs: { ok: 1 } };
    });
  const moved = (days: number, of = (_n: number): boolean => true): SampleRecord[] =>
    slots(1).map((one) => (of(one.n) ? { ...one, day: nominalDate(seven, START + days * DAY, one.n) } : one));

  test('hold for every scale and start', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 0, max: DAY }), (timeScale, later) => {
        const records = slots(timeScale, START + later);
        const [first, last] = [records[0]?.day, records[6]?.day];
        expect(outcomeFrom(seven, records, [], timeScale)).toMatchObject({ firstDay: first, lastDay: last });
      }),
    );
  });

  test.each<[string, SampleRecord[], RegExp]>([
    ['all a day later', moved(1), /slot 1, due at 2026-11-22T10:00:00.000Z, is not of the day 2026-11-23/],
    ['the last alone', moved(30, (n) => n === 7), /slot 7, due at .*, is not of the day 2026-12-28/],
    [
      'with the due time of one moved along',
      moved(1, (n) => n === 7).map((one) =>
        one.n === 7 ? { ...one, due: '2026-11-29T10:00:00.000Z', at: '2026-11-29T10:00:00.000Z' } : one,
      ),
      /slot 7 was not due at 2026-11-29T10:00:00.000Z/,
    ],
    ['without a due time', slots(1).map((one) => ({ ...one, due: 'soon', at: 'soon' })), /slot 1 was not due at soon/],
  ])('are refused: %s', (_, records, problem) => {
    expect(() => outcomeFrom(seven, records, [], 1)).toThrow(problem);
  });

  test('records of an earlier version tell none', () => {
    const records = slots(1).map(({ day: _day, ...one }) => one);
    expect(outcomeFrom(seven, records, [], 1)).not.toHaveProperty('firstDay');
  });
});
