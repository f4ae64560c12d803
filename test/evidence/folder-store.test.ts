import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { appendFile, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { temporaryBeside } from '../../evidence/durable.js';
import { folderStore } from '../../evidence/folder-store.js';
import { storeContract } from './store.contract.js';

storeContract('a folder', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'golive-store-'));
  const root = join(parent, 'record');
  return {
    store: folderStore(root),
    another: () => folderStore(root),
    tear: (path, bytes) => appendFile(join(root, path), bytes),
    abandon: (path, bytes) => writeFile(temporaryBeside(join(root, path)), bytes),
    link: (path, target) => symlink(target, join(root, path)),
    remove: () => rm(parent, { recursive: true, force: true }),
  };
});

test('links are named and not followed, a lease is a leftover, and the lock lies beside the record until its end', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'golive-store-'));
  try {
    const store = folderStore(join(parent, 'record'));
    await store.write('data/file', 'x');
    await store.write('data/.lease', 'token');
    symlinkSync(tmpdir(), store.local('data/link'));
    const { links, leftovers, files } = await store.list();
    expect([links, leftovers]).toEqual([[{ path: 'data/link', target: tmpdir() }], ['data/.lease']]);
    expect(files.map(({ path }) => path)).toEqual(['data/file']);
    const lock = join(dirname(store.root), `.${basename(store.root)}.lock`);
    await store.append('data/log', () => ['line']);
    expect(existsSync(lock)).toBe(true);
    await store.append('data/log', () => ['end'], { final: true });
    expect(existsSync(lock)).toBe(false);
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
});
