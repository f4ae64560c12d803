import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { verificationLines } from '../../../client/render/verification.js';
import { verifyBundle } from '../../../evidence/verify/verify.js';

const KEY = `SHA256:${'A'.repeat(43)}`;
const home = mkdtempSync(join(tmpdir(), 'golive-there-'));
let root = home;
let count = 0;
beforeEach(() => {
  count += 1;
  root = join(home, String(count));
  mkdirSync(root);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

function lay(...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '');
  }
}

const verify = (path: string) => verifyBundle(path, { keys: [KEY] }, () => Promise.resolve(undefined));
const refusal = (path: string): Promise<unknown> => verify(path).catch((error: unknown) => error);
const refused = (hint: string) =>
  expect.objectContaining({ name: 'EvidenceRefusal', message: 'There is no bundle.', hint });
const GIVE = 'Give the folder that holds bagit.txt; unpack a zip first.';

test.each([
  ['an empty folder', [], ''],
  ['nothing at all', [], 'absent'],
  ['a folder of something else', ['README.md', 'data/figures.csv'], ''],
  ['a folder with a key alone', ['evidence-key.pem'], ''],
  ['a zip', ['b.zip'], 'b.zip'],
  ['what lies beside bundles', ['.c1.lock/bagit.txt'], ''],
])('%s is no bundle, and nothing is ticked', async (_name, paths, below) => {
  lay(...paths);
  expect(await refusal(join(root, below))).toEqual(refused(GIVE));
});

test('where bundles lie below, some are named, and how many more', async () => {
  lay('shop/c2/bagit.txt', 'shop/c1/data/events.jsonl', 'notes.txt');
  const lie = 'Bundles lie below it, and each is verified by itself:';
  const [one, two] = [join(root, 'shop/c1'), join(root, 'shop/c2')];
  expect(await refusal(root)).toEqual(refused(`${lie} ${one}, ${two}.`));
  expect(await refusal(join(root, 'shop'))).toEqual(refused(`${lie} ${one}, ${two}.`));
  lay('shop/c3/bagit.txt', 'shop/c4/bagit.txt', 'pay/c1/bagit.txt', 'a/b/c/d/e/bagit.txt');
  expect(await refusal(root)).toEqual(refused(`${lie} ${join(root, 'pay/c1')}, ${one}, ${two} and 2 more.`));
});

test('what is part of a bundle names the whole', async () => {
  lay('c1/bagit.txt', 'c1/data/phases/a.1/step/result.json');
  const whole = refused(`It is part of a bundle; give the whole one: ${join(root, 'c1')}.`);
  for (const part of ['data', 'data/phases/a.1', 'data/phases/a.1/step/result.json', 'bagit.txt'])
    expect(await refusal(join(root, 'c1', part))).toEqual(whole);
});

test('a bundle that lost its seal is one: a tick stands only before what was there and is right', async () => {
  lay('bagit.txt', 'data/runbook.yaml');
  const verification = await verify(root);
  expect(verification).toMatchObject({ ok: false, exitCode: 10 });
  const lines = verificationLines(verification);
  expect(lines.filter((line) => line.startsWith('✓'))).toEqual([]);
  expect(lines.find((line) => line.includes('the seal and its key'))).toMatch(/^– the seal and its key +0$/);
  expect(lines.find((line) => line.includes('evidence files against'))).toMatch(/^– /);
  // The key that the reader trusts is not shown as that of the seal.
  expect(lines.slice(0, 5).join('\n')).not.toContain(KEY);
});
