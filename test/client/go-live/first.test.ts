import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Bundle } from '../../../client/evidence/ended.js';
import { laterThan, refuseWithoutEvidence, whereTheyLie } from '../../../client/go-live/first.js';
import { sha256 } from '../../../evidence/hash.js';
import { TAG_MANIFEST } from '../../../model/evidence/manifest.js';
import { endedBundle, openBundle } from '../../kits/ended-bundles.js';

const first = endedBundle('c2', 2);

test.each<[string, Bundle[], string[]]>([
  ['nothing came after', [], []],
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
  expect(laterThan(first, others).map(({ id, what }) => `${id}: ${what}`)).toEqual(later);
});

test('what took it back and left no evidence stands in the way; what took back another does not', () => {
  const took = (id: string, completed = true) => [
    { takesBack: id, change: 'r', directory: '/evidence/shop/r', startedAt: 'T3', ended: true, completed },
  ];
  const without = () => refuseWithoutEvidence('shop/c2', took('shop/c2'), [first]);
  expect(without).toThrow('The evidence of r, which took shop/c2 back, is gone');
  const there = [first, endedBundle('r', 3, { back: ['c2', 2] })];
  expect(() => refuseWithoutEvidence('shop/c2', took('shop/c2'), there)).not.toThrow();
  expect(() => refuseWithoutEvidence('shop/c2', took('shop/c1'), [first])).not.toThrow();
  // What was ended from outside closed no bundle.
  expect(() => refuseWithoutEvidence('shop/c2', took('shop/c2', false), [first])).not.toThrow();
});

test('an undo of what a rollback held names the folder in which the bundle of that one lies now, and its hash', () => {
  const now = mkdtempSync(join(tmpdir(), 'golive-lies-'));
  try {
    writeFileSync(join(now, TAG_MANIFEST), 'tags');
    const r = endedBundle('r', 3, { back: ['c2', 2] });
    const rollbacks = [{ ...r, directory: now, state: { ...r.state, evidenceDir: '/before/r' } }];
    const [undo] = first.state.undos ?? [];
    if (!undo) throw new Error('nothing stands');
    const held = { ...undo, evidenceDir: '/before/r' };
    expect(whereTheyLie([undo, held], rollbacks)).toEqual([
      undo,
      { ...held, evidenceDir: now, bundle: sha256('tags') },
    ]);
    expect(() => whereTheyLie([held], [])).toThrow('The evidence of what held p.page is gone');
  } finally {
    rmSync(now, { recursive: true });
  }
});
