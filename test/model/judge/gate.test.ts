import { describe, expect, test } from '@jest/globals';
import { asId } from '../../../model/plan/address.js';
import { buildContext } from '../../../model/expression/expression.js';
import { gatesSentence, judgeGate, phaseVerdict } from '../../../model/judge/gate.js';
import type { GatePlan, Limit } from '../../../model/plan/gate-plan.js';
import type { Json } from '../../../model/json.js';

function gate(value: string, limit: Limit, more: Partial<GatePlan> = {}): GatePlan {
  return { id: asId('g'), title: 'metric', value, limit, hard: true, floor: false, ...more };
}
function judge(outputs: Record<string, Json>, plan: GatePlan) {
  return judgeGate({ it: asId('run-1'), ...plan }, buildContext({ inputs: {}, steps: { 'run-1': outputs }, run: {} }));
}
const atLeast = (threshold: number): Limit => ({ op: 'atLeast', threshold });
const wilsonGate = gate(
  'wilsonLower(it.a, it.n)',
  { op: 'above', threshold: 0.6 },
  { title: 'accuracy', n: 'it.n', successes: 'it.a' },
);

describe('limits', () => {
  test.each<[Json, Limit, string, number | undefined]>([
    [18, atLeast(18), 'go', 0],
    [17, atLeast(18), 'no-go', -1],
    [0.6, { op: 'above', threshold: 0.6 }, 'no-go', 0],
    [0.61, { op: 'above', threshold: 0.6 }, 'go', 0.01],
    [0.05, { op: 'atMost', threshold: 0.05 }, 'go', 0],
    [0.06, { op: 'atMost', threshold: 0.05 }, 'no-go', -0.01],
    [0.3, { op: 'below', threshold: 0.3 }, 'no-go', 0],
    [0.29, { op: 'below', threshold: 0.3 }, 'go', 0.01],
    [0, { op: 'equals', threshold: 0 }, 'go', 0],
    [2, { op: 'equals', threshold: 0 }, 'no-go', -2],
    ['ready', { op: 'equals', threshold: 'ready' }, 'go', undefined],
    ['down', { op: 'equals', threshold: 'ready' }, 'no-go', undefined],
    [true, { op: 'equals', threshold: true }, 'go', undefined],
    [5, { op: 'within', low: 5, high: 7 }, 'go', 0],
    [7, { op: 'within', low: 5, high: 7 }, 'go', 0],
    [7.5, { op: 'within', low: 5, high: 7 }, 'no-go', -0.5],
    [4.5, { op: 'within', low: 5, high: 7 }, 'no-go', -0.5],
    [Number.MAX_SAFE_INTEGER, { op: 'below', threshold: 1 }, 'no-go', 1 - Number.MAX_SAFE_INTEGER],
    [0.6, { op: 'noWorseThan', baseline: '0.9', by: 0.3 }, 'go', 0],
    [0.59, { op: 'noWorseThan', baseline: '0.9', by: 0.3 }, 'no-go', -0.01],
  ])('%j against %j is %s', (value, limit, verdict, margin) => {
    const result = judge({ v: value }, gate('it.v', limit));
    expect(result.verdict).toBe(verdict);
    expect(result.margin).toBe(margin);
  });
});

test('a result holds what was judged, and no key for what was not', () => {
  const base = { id: 'g', title: 'metric', hard: true, floor: false, verdict: 'go' };
  expect(judge({ v: 3 }, gate('it.v', atLeast(1)))).toStrictEqual({
    ...base,
    op: 'atLeast',
    value: 3,
    threshold: '≥ 1',
    low: 1,
    margin: 2,
    sentence: 'metric 3, needs ≥ 1.',
  });
  expect(judge({ v: 'up' }, gate('it.v', { op: 'equals', threshold: 'up' }))).toStrictEqual({
    ...base,
    op: 'equals',
    value: 'up',
    threshold: "= 'up'",
    sentence: "metric 'up', needs = 'up'.",
  });
  expect(judge({ v: 1, n: 20, a: 20 }, gate('it.v', atLeast(1), { n: 'it.n', successes: 'it.a' }))).toMatchObject({
    n: 20,
    successes: 20,
  });
  expect(judge({ v: 1 }, gate('it.v', { op: 'noWorseThan', baseline: 'it.before', by: 0 }))).toMatchObject({
    verdict: 'inconclusive',
    threshold: 'no worse than its baseline',
  });
});

describe('fails closed', () => {
  test.each<[string, Record<string, Json>, GatePlan, RegExp]>([
    ['missing output', {}, gate('it.v', atLeast(1)), /no value 'v'/],
    ['missing step', {}, gate('steps.other.v', atLeast(1)), /no value 'other'/],
    ['null', { v: null }, gate('it.v', atLeast(1)), /is null/],
    ['NaN', { v: Number.NaN }, gate('it.v', atLeast(1)), /not a number/],
    ['infinite', { v: Number.POSITIVE_INFINITY }, gate('it.v', atLeast(1)), /infinite/],
    ['share of nothing', { v: 0 }, gate('ratio(it.v, it.v)', atLeast(0)), /share of nothing/],
    ['text for a number', { v: '18' }, gate('it.v', atLeast(1)), /is a string, not a number/],
    ['number for a text', { v: 1 }, gate('it.v', { op: 'equals', threshold: 'x' }), /is a number, not a string/],
    ['boolean for 0', { v: false }, gate('it.v', { op: 'equals', threshold: 0 }), /is a boolean/],
    ['list', { v: [1] }, gate('it.v', atLeast(0)), /a list/],
    ['too few', { v: 1, n: 9 }, gate('it.v', atLeast(1), { n: 'it.n', minN: 10 }), /only 9 samples, needs at least 10/],
    ['n not there', { v: 1 }, gate('it.v', atLeast(1), { n: 'it.n' }), /n is not known/],
    ['n not named', { v: 1 }, gate('it.v', atLeast(1), { minN: 10 }), /sample size is not known/],
    [
      'more successes than trials',
      { v: 1, n: 2, s: 3 },
      gate('it.v', atLeast(1), { n: 'it.n', successes: 'it.s' }),
      /make no sense/,
    ],
    ['no samples', { a: 0, n: 0 }, wilsonGate, /share of nothing/],
    [
      'baseline missing',
      { v: 1 },
      gate('it.v', { op: 'noWorseThan', baseline: 'it.before', by: 0.1 }),
      /baseline is not known/,
    ],
    ['syntax', { v: 1 }, gate('it.v +', atLeast(0)), /it\.v \+/],
  ])('%s', (_, outputs, plan, reason) => {
    const result = judge(outputs, plan);
    expect(result.verdict).toBe('inconclusive');
    expect(result.sentence).toMatch(reason);
    expect(result.sentence).not.toContain('\n');
    expect(result.margin).toBeUndefined();
  });
});

describe('one sentence with its arithmetic', () => {
  test('16 of 20 needs one more', () => {
    const result = judge({ a: 16, n: 20 }, wilsonGate);
    expect(result).toMatchObject({ verdict: 'no-go', needed: 1, n: 20, successes: 16, low: 0.6, threshold: '> 0.60' });
    expect(result.interval?.[1]).toBeCloseTo(0.919, 3);
    expect(result.sentence).toBe(
      'accuracy 0.80 (16 of 20), Wilson 95 % lower 0.584, needs > 0.60. One more success would pass.',
    );
  });
  test('17 of 20 passes', () => {
    const result = judge({ a: 17, n: 20 }, wilsonGate);
    expect(result.needed).toBeUndefined();
    expect(result.sentence).toBe('accuracy 0.85 (17 of 20), Wilson 95 % lower 0.640, needs > 0.60.');
  });
  test.each<[GatePlan, Record<string, Json>, string]>([
    [
      gate('ratio(it.a, it.n)', atLeast(0.7), { n: 'it.n', successes: 'it.a' }),
      { a: 12, n: 20 },
      'metric 0.60 (12 of 20), needs ≥ 0.70. 2 more successes would pass.',
    ],
    [
      gate('wilsonLower(it.a, it.n)', atLeast(0.9), { n: 'it.n', successes: 'it.a' }),
      { a: 5, n: 5 },
      'metric 1.00 (5 of 5), Wilson 95 % lower 0.566, needs ≥ 0.90. Even 5 of 5 would not pass: more samples are needed.',
    ],
    [gate('it.v', atLeast(18)), { v: 17 }, 'metric 17, needs ≥ 18.'],
    [gate('it.v', { op: 'above', threshold: 0.6 }), { v: 0.5999 }, 'metric 0.5999, needs > 0.60.'],
    [gate('it.v', atLeast(0.95)), { v: 1 }, 'metric 1.00, needs ≥ 0.95.'],
    [gate('it.v', { op: 'equals', threshold: 0 }), { v: 0 }, 'metric 0, needs = 0.'],
    [gate('it.v', { op: 'atMost', threshold: 0.05 }, { unit: 'percent' }), { v: 0.125 }, 'metric 12.5 %, needs ≤ 5 %.'],
    [gate('it.v', { op: 'atMost', threshold: 2_700_000 }, { unit: 'ms' }), { v: 90_000 }, 'metric 1m30s, needs ≤ 45m.'],
    [
      gate('it.v', { op: 'noWorseThan', baseline: '0.9', by: 0.3 }),
      { v: 0.5 },
      'metric 0.50, needs ≥ 0.60 (baseline 0.90 less 0.30).',
    ],
    [gate('it.v', { op: 'equals', threshold: 'ready' }), { v: 'a\nb' }, "metric 'a b', needs = 'ready'."],
    [gate('it.v', atLeast(0.7), { n: 'it.n' }), { v: 0.75, n: 20 }, 'metric 0.75 (n = 20), needs ≥ 0.70.'],
  ])('%#', (plan, outputs, sentence) => {
    expect(judge(outputs, plan).sentence).toBe(sentence);
  });
});

test('soft gates warn and never fail a phase; worst news come first', () => {
  const context = buildContext({ inputs: {}, steps: {}, run: {}, it: { v: 1 } });
  const good = judgeGate(gate('it.v', atLeast(1), { title: 'good' }), context);
  const soft = judgeGate(gate('it.v', atLeast(5), { title: 'soft', hard: false }), context);
  const bad = judgeGate(gate('it.v', atLeast(2), { title: 'bad' }), context);
  const unknown = judgeGate(gate('it.w', atLeast(2), { title: 'unknown' }), context);
  expect(phaseVerdict([good, soft])).toBe('go');
  expect(gatesSentence([good, soft])).toBe('1 of 1 gates hold. 1 warning: soft 1, needs ≥ 5.');
  expect(gatesSentence([good, soft, soft])).toBe('1 of 1 gates hold. 2 warnings: soft 1, needs ≥ 5.');
  expect(phaseVerdict([good, unknown])).toBe('inconclusive');
  expect(phaseVerdict([good, unknown, bad])).toBe('no-go');
  expect(gatesSentence([good, unknown, bad])).toBe(
    'bad 1, needs ≥ 2. Also: unknown (inconclusive). 1 of 3 gates hold.',
  );
  expect(phaseVerdict([])).toBe('go');
});

test.each<[number, Partial<GatePlan>, string]>([
  [42.22, { roughN: true }, 'metric 3 (about 42 samples), needs ≥ 1.'],
  [42, { roughN: true }, 'metric 3 (n = 42), needs ≥ 1.'],
  [42.22, {}, 'metric 3 (n = 42.22), needs ≥ 1.'],
  [19.6, { roughN: true, minN: 20 }, 'metric is inconclusive: only about 19.6 samples, needs at least 20; needs ≥ 1.'],
])('a sample size of %d is told as what it is: %j', (n, more, sentence) => {
  expect(judge({ v: 3, n }, gate('it.v', atLeast(1), { n: 'it.n', ...more })).sentence).toBe(sentence);
});
