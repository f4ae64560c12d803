import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { checkCollected } from '../../../evidence/verify/collected.js';
import { emptyBag } from '../../../evidence/verify/bag.js';
import { Findings } from '../../../evidence/verify/finding.js';
import { APPROVED_MANIFEST, formatManifest } from '../../../model/evidence/manifest.js';
import { goLive } from '../../kits/cli-state.js';
import { phase, plan, step } from '../../kits/plans.js';

const root = mkdtempSync(join(tmpdir(), 'golive-collected-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const [OLD, NEW] = ['a'.repeat(64), 'b'.repeat(64)];
const LIST = `data/${APPROVED_MANIFEST}`;
const PATHS = ['data/STATS.json', 'data/SIGNOFF.md', 'data/state.json', 'data/phases/one.1/a/ledger.json'];

test.each<[string, Record<string, string | undefined>, string[]]>([
  ['as it was', {}, []],
  ['changed since', { 'data/STATS.json': NEW }, ['data/STATS.json is not as it was when the bundle was approved']],
  [
    'gone since',
    { 'data/STATS.json': undefined },
    ['data/STATS.json was there when the bundle was approved, and is not any more'],
  ],
  ['new since', { 'data/release/MORE.csv': OLD }, ['data/release/MORE.csv was not there when the bundle was approved']],
  [
    'changed where the list is gone',
    { 'data/STATS.json': NEW, [LIST]: undefined },
    [`${LIST} is not there: nothing says what the files that the runbook names were`],
  ],
  [
    'changed with its list',
    { 'data/STATS.json': NEW, [LIST]: NEW },
    [
      `${LIST} is not the list that was made when the files were collected`,
      'data/STATS.json is not as it was when the bundle was approved',
    ],
  ],
  [
    'golive’s own file, the page to sign and a journal',
    Object.fromEntries(PATHS.slice(1).map((path) => [path, NEW])),
    [],
  ],
])('a named file that is %s', async (_name, now, expected) => {
  mkdirSync(join(root, 'data'), { recursive: true });
  writeFileSync(join(root, LIST), formatManifest(PATHS.map((path) => ({ path, sha256: OLD }))));
  const there: [string, string | undefined][] = [
    ...PATHS.map((path): [string, string] => [path, OLD]),
    ...Object.entries(now),
  ];
  const payload = new Map([
    [LIST, OLD] as const,
    ...there.flatMap(([path, hash]) => (hash ? [[path, hash] as const] : [])),
  ]);
  for (const [path, hash] of there) if (hash === undefined) payload.delete(path);
  const findings = new Findings();
  const bag = { ...emptyBag(root), payload };
  const record = { plan: plan([phase('one', [step('a')])]), startedBy: 'Cy', state: goLive() };
  await checkCollected(bag, record, [{ seq: 0, type: 'evidence.collected', digest: OLD }], findings);
  expect(findings.list.map(({ item, message }) => `${item} ${message}`)).toEqual(expected);
});
