import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { checkCollected } from '../../../evidence/verify/collected.js';
import { Findings } from '../../../evidence/verify/finding.js';
import { APPROVED_MANIFEST, formatManifest } from '../../../model/evidence/manifest.js';
import { phase, plan, step } from '../../kits/plans.js';

const root = mkdtempSync(join(tmpdir(), 'golive-collected-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const [OLD, NEW] = ['a'.repeat(64), 'b'.repeat(64)];
const PATHS = ['data/STATS.json', 'data/SIGNOFF.md', 'data/state.json', 'data/phases/one.1/a/ledger.json'];

test.each<[string, Record<string, string | undefined>, string[]]>([
  ['as it was', {}, []],
  ['changed since', { 'data/STATS.json': NEW }, ['data/STATS.json is not as it was when the bundle was approved']],
  ['gone since', { 'data/STATS.json': undefined }, ['data/STATS.json is not as it was when the bundle was approved']],
  [
    'golive’s own file, the page to sign and a journal',
    Object.fromEntries(PATHS.slice(1).map((path) => [path, NEW])),
    [],
  ],
])('a named file that is %s', async (_name, now, expected) => {
  mkdirSync(join(root, 'data'), { recursive: true });
  const list = `data/${APPROVED_MANIFEST}`;
  writeFileSync(join(root, list), formatManifest(PATHS.map((path) => ({ path, sha256: OLD }))));
  const there: [string, string | undefined][] = [
    ...PATHS.map((path): [string, string] => [path, OLD]),
    ...Object.entries(now),
  ];
  const payload = new Map([
    ...there.flatMap(([path, hash]) => (hash ? [[path, hash] as const] : [])),
    [list, OLD] as const,
  ]);
  for (const [path, hash] of there) if (hash === undefined) payload.delete(path);
  const findings = new Findings();
  const bag = { root, payload, tags: new Map(), small: new Map(), emptyFolders: [], unread: new Set<string>() };
  await checkCollected(bag, plan([phase('one', [step('a')])]), findings);
  expect(findings.list.map(({ item, message }) => `${item} ${message}`)).toEqual(expected);
});
