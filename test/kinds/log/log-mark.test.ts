import { appendFileSync, copyFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { isMarked, type Mark, markOf } from '../../../kinds/log/log-mark.js';
import { openNeeded } from '../../../kinds/shared/read-file.js';
import { temporaryFolder } from '../../kits/step-run.js';

let path = '';
beforeEach(() => {
  path = join(temporaryFolder(), 'app.log');
});
const { signal } = new AbortController();
const mark = (): Promise<Mark> => markOf(path, signal);
const marked = async (at: string, wanted: Mark): Promise<boolean> => {
  const file = await openNeeded(at, 'The log');
  try {
    return await isMarked(file, wanted);
  } finally {
    await file.handle.close();
  }
};

test('a mark is where the next line begins; of a log that is not there, what stands in its stead', async () => {
  writeFileSync(`${path}.1`, 'old');
  expect(await mark()).toMatchObject({ bytes: 0, lines: 0, size: 0, inode: '' });
  expect(Object.values((await mark()).beside)).toHaveLength(1);
  writeFileSync(path, 'a\nb\nhalf');
  expect(await mark()).toMatchObject({ bytes: 4, lines: 2, size: 8 });
});

test.each<[string, Buffer, number]>([
  ['utf-16le', Buffer.from('\ufeffa\nb\nha', 'utf16le'), 10],
  ['utf-16be', Buffer.from('\ufeffa\nb\nha', 'utf16le').swap16(), 10],
  ['half a character', Buffer.concat([Buffer.from('\ufeffa\nb\n', 'utf16le'), Buffer.from([0x61])]), 10],
  ['a line feed that is half of another character', Buffer.from('\ufeffa\n\u0a0a\u0a00', 'utf16le'), 6],
])('a line of UTF-16 begins with a whole character: %s', async (_, content, bytes) => {
  writeFileSync(path, content);
  expect(await mark()).toMatchObject({ bytes, size: content.length });
});
test('of many pieces, too', async () => {
  const line = `${'x'.repeat(40_000)}\n`;
  writeFileSync(path, Buffer.from(`\ufeff${line.repeat(5)}`, 'utf16le'));
  expect(await mark()).toMatchObject({ bytes: 2 + 5 * 40_001 * 2, lines: 5 });
});

test('a log is known again when it was written on or moved, not when it began anew', async () => {
  writeFileSync(path, 'first\n'.repeat(2000));
  const wanted = await mark();
  appendFileSync(path, 'more\n');
  expect(await marked(path, wanted)).toBe(true);
  renameSync(path, `${path}.1`);
  expect(await marked(`${path}.1`, wanted)).toBe(true);
  writeFileSync(path, 'other\n'.repeat(4000));
  expect(await marked(path, wanted)).toBe(false);
  // The same file, truncated and grown past the mark.
  truncateSync(`${path}.1`);
  appendFileSync(`${path}.1`, 'again\n'.repeat(4000));
  expect(await marked(`${path}.1`, wanted)).toBe(false);
});

test('an empty log is known by its inode alone', async () => {
  writeFileSync(path, '');
  const wanted = await mark();
  appendFileSync(path, 'a\n');
  expect(await marked(path, wanted)).toBe(true);
  copyFileSync(path, `${path}.1`);
  expect(await marked(`${path}.1`, wanted)).toBe(false);
});
