import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipBundle } from '../../../client/evidence/zip.js';

let folder: string;
let bundle: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'golive-zip-'));
  bundle = join(folder, 'shop', 'c1');
  mkdirSync(join(bundle, 'data', 'phases'), { recursive: true });
  for (const name of ['bagit.txt', 'tagmanifest-sha256.txt', 'data/b.txt', 'data/phases/a.txt'])
    writeFileSync(join(bundle, name), name);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const hash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

test('holds every file under its name, and the same bundle gives the same zip', async () => {
  const [one, two] = [join(folder, 'one.zip'), join(folder, 'two.zip')];
  expect(await zipBundle(bundle, one, false)).toBe(4);
  await zipBundle(bundle, two, false);
  expect(hash(one)).toBe(hash(two));
  const script =
    'import json,sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print(json.dumps({n: z.read(n).decode() for n in z.namelist()}))';
  const read = JSON.parse(execFileSync('python3', ['-c', script, one], { encoding: 'utf8' })) as Record<string, string>;
  expect(read).toEqual({
    'shop-c1/bagit.txt': 'bagit.txt',
    'shop-c1/data/b.txt': 'data/b.txt',
    'shop-c1/data/phases/a.txt': 'data/phases/a.txt',
    'shop-c1/tagmanifest-sha256.txt': 'tagmanifest-sha256.txt',
  });
});

test('writes over nothing unasked, packs no link and no open bundle, and leaves nothing half done', async () => {
  const file = join(folder, 'x.zip');
  writeFileSync(file, 'mine');
  await expect(zipBundle(bundle, file, false)).rejects.toMatchObject({ options: { exitCode: 2 } });
  expect(readFileSync(file, 'utf8')).toBe('mine');
  await zipBundle(bundle, file, true);
  symlinkSync('/etc/passwd', join(bundle, 'data', 'link'));
  await expect(zipBundle(bundle, join(folder, 'y.zip'), false)).rejects.toMatchObject({ options: { exitCode: 10 } });
  rmSync(join(bundle, 'data', 'link'));
  rmSync(join(bundle, 'tagmanifest-sha256.txt'));
  await expect(zipBundle(bundle, join(folder, 'y.zip'), false)).rejects.toMatchObject({ options: { exitCode: 11 } });
  await expect(zipBundle(bundle, join(folder, 'no', 'y.zip'), true)).rejects.toMatchObject({
    options: { exitCode: 11 },
  });
  expect(existsSync(join(folder, 'y.zip'))).toBe(false);
  expect(readdirSync(folder).toSorted()).toEqual(['shop', 'x.zip']);
});
