import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { largestDrop } from '../../../kinds/cases/cases.compare.recompute.js';
import { figuresAgain } from '../../kits/figures-again.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

stepKit('cases.compare', {
  good: () => ({ baseline: { a: 'pass' }, current: { a: 'warn' }, baselineConfusion: { 'pass>pass': 1 } }),
  bad: (folder) => {
    writeFileSync(join(folder, 'metrics.json'), '{');
    return { baselineFile: 'metrics.json' };
  },
  badCode: 'CHECK_FAILED',
});

test('two runs of one go-live are compared again from their inputs; an earlier file is not in the bundle', async () => {
  const base = temporaryFolder();
  const now = { current: { a: 'pass', b: 'warn' }, currentConfusion: { 'pass>pass': 1, 'pass>warn': 1 } };
  const overrides = { goLive: { baseDir: base } };
  const run = await runStep(
    'cases.compare',
    { ...now, baseline: { a: 'pass', b: 'pass' }, baselineConfusion: { 'pass>pass': 2 }, maxDrop: 0.1 },
    overrides,
  );
  expect(passed(run).outputs).toMatchObject({ compared: true, agreement: 0.5, maxDrop: 0.5, exceeds: true });
  expect(await figuresAgain('cases.compare', run)).toEqual(passed(run).outputs);
  writeFileSync(join(base, 'metrics.json'), JSON.stringify({ confusion: { 'pass>pass': 2, 'pass>blocked': 6 } }));
  const earlier = await runStep('cases.compare', { ...now, baselineFile: 'metrics.json', maxDrop: 0.1 }, overrides);
  expect(passed(earlier).outputs).toMatchObject({ compared: true, accuracyBefore: 0.25, blockedBefore: 0.75 });
  expect(await figuresAgain('cases.compare', earlier)).toBeUndefined();
});

test.each([
  ['no drop', { 'pass>pass': 4 }, { 'pass>pass': 2 }, { verdict: 'none', drop: 0 }],
  [
    'half of a class',
    { 'pass>pass': 4, 'warn>warn': 1 },
    { 'pass>pass': 2, 'pass>warn': 2, 'warn>warn': 1 },
    { verdict: 'pass', drop: 0.5 },
  ],
  ['blocked is apart', { 'blocked>blocked': 2 }, { 'blocked>pass': 2 }, undefined],
])('largest drop: %s', (_name, before, now, expected) => {
  expect(largestDrop(before as Record<string, number>, now as Record<string, number>)).toEqual(expected);
});

test.each([
  ['three cases', 3, 'none', false],
  ['five cases', 5, 'warn', true],
])(
  'with `minCases: 5` a class of %s that fell by two counts when it has enough',
  async (_name, cases, worst, exceeds) => {
    const baselineConfusion = { 'warn>warn': cases, 'pass>pass': 6 };
    const currentConfusion = { 'warn>warn': cases - 2, 'warn>reject': 2, 'pass>pass': 6 };
    const run = await runStep('cases.compare', { baselineConfusion, currentConfusion, minCases: 5 });
    expect(passed(run).outputs).toMatchObject({ worstClass: worst, exceeds });
    expect(passed(run).summary.includes('not judged, with fewer than 5 cases: warn')).toBe(!exceeds);
    expect(await figuresAgain('cases.compare', run)).toEqual(passed(run).outputs);
  },
);

describe('what is not known is no good news', () => {
  const compared = async (input: object) => {
    const run = await runStep('cases.compare', { maxDrop: 0, ...input });
    return { run, outputs: passed(run).outputs };
  };
  const warn = { 'warn>warn': 5, 'pass>pass': 5 };
  test.each<[string, object, object]>([
    [
      'a class without a comparable verdict now',
      { baselineConfusion: warn, currentConfusion: { 'pass>pass': 5 } },
      { worstClass: 'warn', exceeds: true },
    ],
    ['no confusion now', { baselineConfusion: warn }, { worstClass: 'pass', exceeds: true }],
    ['no confusion before', { baseline: { a: 'pass' }, current: { a: 'pass' } }, { changed: 0, exceeds: true }],
    ['nothing before', { current: { a: 'pass' } }, { compared: false, exceeds: true }],
    ['a run without cases', { baseline: {}, baselineConfusion: {} }, { compared: false, exceeds: true }],
    ['counts of nothing', { baselineConfusion: { 'pass>pass': 0 } }, { compared: false, exceeds: true }],
  ])('%s', async (_, input, outputs) => {
    const { run, outputs: found } = await compared(input);
    expect(found).toMatchObject(outputs);
    expect(found).not.toHaveProperty('maxDrop');
    if (!('changed' in outputs)) expect(found).not.toHaveProperty('changed');
    expect((await figuresAgain('cases.compare', run)) ?? found).toEqual(found);
  });
  test('what is known to have fallen too far has', async () => {
    const currentConfusion = { 'pass>pass': 1, 'pass>warn': 4 };
    const { outputs } = await compared({ baselineConfusion: warn, currentConfusion });
    expect(outputs).toMatchObject({ maxDrop: 0.8, worstClass: 'pass', exceeds: true });
  });
  test('a bundle of an earlier version has the figures that it had', async () => {
    const input = { baseline: { a: 'pass' }, baselineConfusion: warn, currentConfusion: { 'pass>pass': 5 } };
    const { run } = await compared(input);
    writeFileSync(join(run.folder, 'compare.json'), JSON.stringify({ compared: true, changed: [] }));
    expect(await figuresAgain('cases.compare', run)).toMatchObject({ changed: 1, maxDrop: 0, exceeds: false });
  });
});

describe('the file of an earlier run', () => {
  const RESULT = { id: 'a', expected: 'pass', verdict: 'pass' };
  const compare = async (name: string, text: string, more: object = {}) => {
    const base = temporaryFolder();
    writeFileSync(join(base, name), text);
    const input = { baselineFile: name, current: { a: 'pass', new: 'pass' }, ...more };
    return runStep('cases.compare', input, { goLive: { baseDir: base } });
  };
  test('a byte order mark, and a last line without an end, lose no result', async () => {
    const text = `\ufeff${JSON.stringify(RESULT)}\n${JSON.stringify({ ...RESULT, id: 'b', verdict: null })}`;
    expect(passed(await compare('r.jsonl', text)).outputs).toMatchObject({ looked: 2, changed: 1, leftOut: 1 });
  });
  test.each<[string, string, string, string]>([
    ['half-written', 'r.jsonl', `${JSON.stringify(RESULT)}\n{"id":`, '1 of 2 lines of r.jsonl cannot be read'],
    ['a case twice', 'r.jsonl', `${JSON.stringify(RESULT)}\n`.repeat(2), "has the case 'a' once more"],
    ['another verdict', 'r.jsonl', JSON.stringify({ ...RESULT, verdict: 'fine' }), 'is no result of a case'],
    ['empty', 'r.jsonl', '', 'it holds no result'],
    ['other metrics', 'm.json', '{"total":3}', 'is no results.jsonl or metrics.json'],
    ['counts that are none', 'm.json', '{"confusion":{"pass>pass":"many"}}', 'is no results.jsonl or metrics.json'],
  ])('%s is an error', async (_, name, text, message) => {
    expect(failed(await compare(name, text)).message).toContain(message);
  });
  test.each([
    ['was stopped', '{"complete":false,"confusion":{"pass>pass":2}}', 'was stopped before its end'],
    ['holds nothing', '{"complete":true,"confusion":{}}', 'holds no case'],
  ])('one that %s is none to compare with', async (_, text, why) => {
    const { outputs, summary } = passed(await compare('m.json', text));
    expect(outputs).toMatchObject({ compared: false, exceeds: true });
    expect(summary).toContain(why);
  });
  test.each(['{"confusion":{"pass>pass":2,"pass>pass":9}}', '{"confusion":{},"confusion":{"pass>pass":1}}'])(
    '%s says two things',
    async (text) => {
      expect(failed(await compare('m.json', text)).message).toContain('twice, with two values');
    },
  );
  test('lines that are no result may be allowed; they are told', async () => {
    const text = `${JSON.stringify(RESULT)}\n{"id":`;
    const { outputs } = passed(await compare('r.jsonl', text, { unreadable: { atMost: 1 } }));
    expect(outputs).toMatchObject({ looked: 1, unreadable: 1, changed: 0 });
  });
});
