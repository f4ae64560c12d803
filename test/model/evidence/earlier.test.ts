import { expect, test } from '@jest/globals';
import { countedIn, earlierName } from '../../../model/evidence/earlier.js';

const BUNDLE = { change: 'c1', phases: ['one'], why: [] };
const GATE = { id: 'share', title: 'Share', sentence: 'It holds.', verdict: 'go' };
const PHASE = { id: 'one', goLive: 'shop/c1', digest: '', endedAt: '', gates: [GATE] };

test('what the step wrote is read, and a kept file has its place in the list', () => {
  const counted = { bundles: [BUNDLE], phases: [PHASE] };
  expect(countedIn(JSON.stringify(counted))).toEqual(counted);
  expect(earlierName(1, 'data/plan.json')).toBe('2-plan.json');
});

test.each<[string, unknown]>([
  ['no object', []],
  ['without its lists', {}],
  ['a bundle without reasons', { bundles: [{ ...BUNDLE, why: undefined }], phases: [] }],
  ['a phase without a digest', { bundles: [], phases: [{ ...PHASE, digest: 7 }] }],
  ['a gate of no verdict', { bundles: [], phases: [{ ...PHASE, gates: [{ ...GATE, verdict: 'GOLD' }] }] }],
  ['a gate that is none', { bundles: [], phases: [{ ...PHASE, gates: [null] }] }],
])('%s is nothing that counts', (_name, value) => {
  expect(countedIn(JSON.stringify(value))).toBeUndefined();
});
