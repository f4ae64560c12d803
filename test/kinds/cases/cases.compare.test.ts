import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { largestDrop } from '../../../kinds/cases/cases.compare.recompute.js';
import { figuresAgain } from '../../kits/figures-again.js';
import { stepKit } from '../../kits/step-kit.js';
import { passed, runStep, temporaryFolder } from '../../kits/step-run.js';

stepKit('cases.compare', {
  good: () => ({ baseline: { a: 'pass' }, current: { a: 'warn' }, baselineConfusion: { 'pass>pass': 1 } }),
  bad: (folder) => {
    writeFileSync(join(folder, 'metrics.json'), '{');
    return { baselineFile: 'metrics.json' };
  },
  badCode: 'EXPECTATION_FAILED',
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
  expect(figuresAgain('cases.compare', run)).toEqual(passed(run).outputs);
  writeFileSync(join(base, 'metrics.json'), JSON.stringify({ confusion: { 'pass>pass': 2 } }));
  const earlier = await runStep('cases.compare', { ...now, baselineFile: 'metrics.json', maxDrop: 0.1 }, overrides);
  expect(passed(earlier).outputs).toMatchObject({ compared: true, exceeds: true });
  expect(figuresAgain('cases.compare', earlier)).toBeUndefined();
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
