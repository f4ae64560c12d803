import { execFileSync } from 'node:child_process';
import { closeSync, readFileSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { errnoOf } from '../../host/errno.js';
import { openRegular, openToAppendSync, readRegular, readRegularSync } from '../../host/regular-file.js';
import { temporaryFolder } from '../kits/step-run.js';

let folder = '';
beforeEach(() => {
  folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), 'text');
  symlinkSync('file', join(folder, 'link'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
});

const ways: [string, (path: string) => Promise<Buffer>][] = [
  ['readRegular', readRegular],
  ['readRegularSync', async (path) => readRegularSync(path)],
  [
    'openRegular',
    async (path) => {
      const { handle } = await openRegular(path);
      try {
        return await handle.readFile();
      } finally {
        await handle.close();
      }
    },
  ],
];

test.each(ways)('%s reads a file and what a link leads to, and waits for nothing else', async (_name, read) => {
  for (const name of ['file', 'link']) expect(String(await read(join(folder, name)))).toBe('text');
  const codeOf = (name: string) => read(join(folder, name)).then(String, errnoOf);
  expect(await Promise.all(['pipe', '.', 'gone'].map(codeOf))).toEqual(['no regular file', 'a folder', 'ENOENT']);
  expect(await read('/dev/null').then(String, errnoOf)).toBe('no regular file');
});

test('a file is appended to, and made; a pipe is not waited for', () => {
  for (const name of ['file', 'new']) {
    const file = openToAppendSync(join(folder, name));
    writeSync(file, '+');
    closeSync(file);
  }
  expect(['file', 'new'].map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual(['text+', '+']);
  expect(() => openToAppendSync(join(folder, 'pipe'))).toThrow();
  expect(() => openToAppendSync(folder)).toThrow();
});
