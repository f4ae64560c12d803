import { expect, test } from '@jest/globals';
import type { Bundle } from '../../../client/evidence/ended.js';
import { laterThan, refuseWithoutEvidence } from '../../../client/go-live/first.js';
import { endedBundle, openBundle } from '../../kits/ended-bundles.js';

const first = endedBundle('c2', 2);

test.each<[string, Bundle[], string[]]>([
  ['nothing came after', [endedBundle('c1', 1)], []],
  ['a later one stands', [endedBundle('c3', 3)], ['shop/c3: p.page']],
  ['a later one undid itself', [endedBundle('c3', 3, { undos: [] })], []],
  ['a later one was taken back', [endedBundle('c3', 3), endedBundle('r', 4, { back: ['c3', 3], undos: [] })], []],
  [
    'a later one was taken back in part',
    [endedBundle('c3', 3), endedBundle('r', 4, { back: ['c3', 3] })],
    ['shop/c3: p.page'],
  ],
  ['a later one did not end', [openBundle('c3', 3)], ['shop/c3: it did not end with a sealed bundle']],
  [
    'what was before it was taken back',
    [endedBundle('r', 3, { back: ['c1', 1], undos: [] })],
    ['shop/r: it took back shop/c1'],
  ],
  ['a part of it was taken back', [endedBundle('r', 3, { back: ['c2', 2] })], []],
])('%s', (_what, others, later) => {
  expect(laterThan(first, [first, ...others]).map(({ id, what }) => `${id}: ${what}`)).toEqual(later);
});

test('what took it back and left no evidence stands in the way; what took back another does not', () => {
  const took = (id: string) => [{ first: id, change: 'r', directory: '/evidence/shop/r' }];
  const without = () => refuseWithoutEvidence('shop/c2', took('shop/c2'), [first]);
  expect(without).toThrow('The evidence of r, which took shop/c2 back, is gone');
  const there = [first, endedBundle('r', 3, { back: ['c2', 2] })];
  expect(() => refuseWithoutEvidence('shop/c2', took('shop/c2'), there)).not.toThrow();
  expect(() => refuseWithoutEvidence('shop/c2', took('shop/c1'), [first])).not.toThrow();
});
