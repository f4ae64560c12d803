import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { findFirst, type First } from '../../../client/go-live/first.js';
import { KEPT } from '../../../evidence/verify/finding.js';
import { closeEvidence } from '../../../evidence/write/close.js';
import { collectEvidence } from '../../../evidence/write/collect.js';
import { openEvidence } from '../../../evidence/write/open.js';
import { TAG_MANIFEST } from '../../../model/evidence/manifest.js';
import { parseJson } from '../../../model/json.js';
import { endedBundle } from '../../kits/ended-bundles.js';
import { fakeClient } from '../../kits/fake-client.js';
import { refOfLab } from '../../kits/go-live-ref.js';
import { testSealer } from '../../kits/sealer.js';

let folder: string;
const ours = testSealer();
const { fingerprint } = ours.key;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'golive-after-'));
  await sealed('c1', 1);
  await sealed('c2', 2);
  await sealed('c3', 3);
});
afterEach(() => rmSync(folder, { recursive: true }));

const time = (second: number): string => new Date(second * 1000).toISOString();
const bag = (change: string): string => join(folder, 'shop', change);

/** Seals a go-live of `shop` that began at that second. */
async function sealed(change: string, second: number, sealer = ours): Promise<void> {
  const { plan, state } = endedBundle(change, 0, { verdict: 'go' });
  mkdirSync(bag(change), { recursive: true });
  const goLive = { ...refOfLab(bag(change)), id: plan.goLiveId, target: 'shop', change };
  const begun = { plan: { ...plan, target: { ...plan.target, id: 'shop' } }, digest: 'd', startedBy: 'Op' };
  const ended = parseJson(JSON.stringify({ ...state, startedAt: time(second), endedAt: time(second + 1) }));
  await openEvidence({ goLive, plan: parseJson(JSON.stringify(begun)) });
  const request = { goLive, state: ended, signoff: 'SIGNOFF.md' };
  await collectEvidence({ ...request, include: [] });
  await closeEvidence(request, sealer, {});
}

/** What the server remembers: what began when, and how it ended. */
type Memory = [change: string, second: number, status?: string][];

async function find(memory: Memory = [], trust = [fingerprint]): Promise<First> {
  const rows = memory.map(([change, second, name = 'COMPLETED']) => ({
    memo: { change, evidenceDir: bag(change) },
    status: { name },
    startTime: new Date(second * 1000),
  }));
  const client = fakeClient({ workflow: { list: () => rows } });
  return findFirst(client, { target: 'shop', change: 'c2', evidence: folder, trust });
}
const later = async (memory?: Memory): Promise<string[]> =>
  (await find(memory)).later.map(({ id, what }) => `${id}: ${what}`);

function rewrite(change: string, path: string, edit: (text: string) => string): void {
  const file = join(bag(change), path);
  writeFileSync(file, edit(readFileSync(file, 'utf8')));
}
const refused = (message: string, exitCode: number) => ({
  message: expect.stringContaining(message),
  options: expect.objectContaining({ exitCode }),
});

test('what came after the first must hold, too; what came before it need not', async () => {
  expect(await later()).toEqual(['shop/c3: p.page']);
  appendFileSync(join(bag('c1'), 'data', 'state.json'), ' ');
  await find();
  appendFileSync(join(bag('c3'), 'data', 'state.json'), ' ');
  await expect(find()).rejects.toMatchObject(refused('The bundle of shop/c3 does not hold', 10));
});

test('a later bundle is not hidden: not by another time, nor another target, nor by a plan that cannot be read', async () => {
  const state = readFileSync(join(bag('c3'), 'data', 'state.json'), 'utf8');
  rewrite('c3', 'data/state.json', (text) => text.replaceAll(time(3), time(0)));
  await expect(find()).rejects.toMatchObject(refused('The bundle of shop/c3 does not hold', 10));
  writeFileSync(join(bag('c3'), 'data', 'state.json'), state);
  await find();
  for (const edit of [(text: string) => text.replaceAll('"shop"', '"shed"'), () => '{}\n']) {
    rewrite('c3', 'data/plan.json', edit);
    await expect(find()).rejects.toMatchObject(refused('The bundle of shop/c3 does not hold', 10));
  }
});

test('evidence that no undo reads is told where it was changed, and keeps nothing from being taken back', async () => {
  const place = (change: string, name: string): string => join(bag(change), 'data', 'phases', 'p.1', 'page', name);
  for (const change of ['c2', 'c3']) mkdirSync(dirname(place(change, '')), { recursive: true });
  for (const change of ['c2', 'c3']) {
    mkdirSync(place(change, ''));
    writeFileSync(place(change, 'output.log'), 'bent');
  }
  expect((await find()).doubts).toEqual([
    'shop/c2: data/phases/p.1/page/output.log was added',
    'shop/c3: data/phases/p.1/page/output.log was added',
  ]);
  for (const name of ['ledger.jsonl', 'undo-ledger.jsonl', 'remember.json']) {
    writeFileSync(place('c2', name), '{}');
    await expect(find()).rejects.toMatchObject(refused(`does not hold: data/phases/p.1/page/${name} was added`, 10));
    rmSync(place('c2', name));
  }
  symlinkSync(place('c2', ''), join(bag('c2'), 'data', 'phases', 'p.1', 'other'));
  await expect(find()).rejects.toMatchObject(refused('data/phases/p.1/other is a symbolic link', 10));
});

test('what is more than is told may be of any file', async () => {
  const place = join(bag('c2'), 'data', 'phases', 'p.1', 'page');
  mkdirSync(place, { recursive: true });
  for (let number = 0; number <= KEPT; number += 1) writeFileSync(join(folder, `${number}.txt`), '');
  await expect(find()).rejects.toMatchObject(refused('The bundle of shop/c2 does not hold', 10));
});

test('nor by the seal of an earlier one, with or without the files that it names', async () => {
  for (const tag of ['bag-info.txt', 'evidence-key.pem', 'manifest-sha256.txt', 'seal.dsse.json', TAG_MANIFEST]) {
    cpSync(join(bag('c1'), tag), join(bag('c3'), tag));
  }
  await expect(find()).rejects.toMatchObject(refused('The bundle of shop/c1 does not hold', 10));
  rmSync(join(bag('c3'), 'seal.dsse.json'));
  await expect(find()).rejects.toMatchObject(refused('The seal of c3 does not hold', 10));
});

test('a good seal of an earlier one dates nothing when its tag files are not as golive writes them', async () => {
  appendFileSync(join(bag('c1'), TAG_MANIFEST), ' ');
  await expect(find()).rejects.toMatchObject(refused('The seal of c1 does not hold', 10));
});

test('an earlier bundle that says it took the first back, later, is not believed', async () => {
  const back = { goLive: 'shop/c2', startedAt: time(2), evidenceDir: '', bundle: '', undos: [], phases: {} };
  rewrite('c1', 'data/plan.json', (text) =>
    text.replace('"plan": {', `"plan": { "takesBack": ${JSON.stringify(back)},`),
  );
  rewrite('c1', 'data/state.json', (text) => text.replaceAll(time(1), time(9)));
  const { undos, rollbacks } = await find();
  expect([undos.length, rollbacks]).toEqual([1, []]);
});

test('one that nobody closed came after, unless the server remembers that it did not', async () => {
  rmSync(join(bag('c1'), TAG_MANIFEST));
  expect(await later()).toContain('shop/c1: it did not end with a sealed bundle');
  expect(await later([['c1', 1, 'TERMINATED']])).toEqual(['shop/c3: p.page']);
});

test('the server remembers what left no evidence; what was refused, still runs or is the first itself left none', async () => {
  rmSync(bag('c3'), { recursive: true });
  expect(await later()).toEqual([]);
  const memory: Memory = [
    ['c0', 0],
    ['c2', 2.5],
    ['c3', 3],
    ['c4', 4, 'FAILED'],
    ['c5', 5, 'RUNNING'],
  ];
  expect(await later(memory)).toEqual(['shop/c3: its evidence is gone']);
});

test('a seal by another key is believed when that key is named, too', async () => {
  const theirs = testSealer();
  rmSync(bag('c1'), { recursive: true });
  await sealed('c1', 1, theirs);
  await expect(find()).rejects.toMatchObject(refused('The seal of c1 does not hold', 12));
  await find([], [fingerprint, theirs.key.fingerprint]);
});
