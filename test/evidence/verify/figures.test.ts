import { expect, test } from '@jest/globals';
import { emptyBag } from '../../../evidence/verify/bag.js';
import { checkFigures } from '../../../evidence/verify/figures.js';
import { Findings } from '../../../evidence/verify/finding.js';
import type { JsonObject } from '../../../model/json.js';
import { step } from '../../kits/plans.js';

const bag = emptyBag('');
const RAW = { mean: 3, looked: 7, unreadable: 0, leftOut: 0 };

test.each<[string, JsonObject, number]>([
  ['by this version', RAW, 0],
  ['by an earlier one, whose readers gave no account', { mean: 3 }, 0],
  ['with another figure', { ...RAW, mean: 4 }, 1],
  ['with another account', { ...RAW, unreadable: 1 }, 1],
  ['without a part of its account', { mean: 3, looked: 7 }, 1],
  ['with another figure, by an earlier one', { mean: 4 }, 1],
])('figures that were logged %s, from the same raw records', async (_, logged, wrong) => {
  const findings = new Findings();
  const place = { phase: 'p', attempt: 1 };
  const again = {
    attempts: [{ ...place, verdict: 'go' as const, gates: [], steps: { s: logged } }],
    policies: [],
    begun: [{ ...place, seq: 1, plan: step('s'), input: {}, logged: '' }],
  };
  expect((await checkFigures(bag, again, () => Promise.resolve(RAW), findings, 1)).count).toBe(1);
  expect(findings.list.filter(({ message }) => message.includes('other figures than the log'))).toHaveLength(wrong);
});

test.each<[string, JsonObject, number]>([
  ['by this version', { mean: 3, without: { mean: 2 }, looked: 5, unreadable: 0, leftOut: 2 }, 0],
  ['by this version, otherwise', { mean: 3, without: { mean: 2 }, looked: 7, unreadable: 0, leftOut: 0 }, 1],
  ['by an earlier one, which looked at them', { mean: 3, looked: 7, unreadable: 0, leftOut: 0 }, 0],
  ['by an earlier one, as others', { mean: 3, looked: 6, unreadable: 0, leftOut: 0 }, 1],
])('rows in which a figure found nothing were logged %s', async (_, logged, wrong) => {
  const findings = new Findings();
  const again = {
    attempts: [{ phase: 'p', attempt: 1, verdict: 'go' as const, gates: [], steps: { s: logged } }],
    policies: [],
    begun: [{ phase: 'p', attempt: 1, seq: 1, plan: step('s'), input: {}, logged: '' }],
  };
  const raw = { mean: 3, without: { mean: 2 }, looked: 5, unreadable: 0, leftOut: 2 };
  await checkFigures(bag, again, () => Promise.resolve(raw), findings, 1);
  expect(findings.list).toHaveLength(wrong);
});
