import { appendFileSync, copyFileSync, renameSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { isMarked, type Mark, markOf, rotatedSince } from '../../../kinds/log/log-mark.js';
import { openNeeded } from '../../../kinds/shared/read-file.js';
import { temporaryFolder } from '../../kits/step-run.js';

let path = '';
beforeEach(() => {
  path = join(temporaryFolder(), 'app.log');
});
const { signal } = new AbortController();
const mark = async (): Promise<Mark> => {
  const found = await markOf(path, signal);
  if (!found) throw new Error('there is no log');
  return found;
};
const marked = async (at: string, wanted: Mark): Promise<boolean> => {
  const file = await openNeeded(at, 'The log');
  try {
    return await isMarked(file, wanted);
  } finally {
    await file.handle.close();
  }
};

test('a mark is where the next line begins; of a log that is not there, there is none', async () => {
  expect(await markOf(path, signal)).toBeNull();
  writeFileSync(path, 'a\nb\nhalf');
  expect(await mark()).toMatchObject({ bytes: 4, lines: 2, size: 8 });
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

test('what was rotated after the marked log is read after it, and what is older is not', async () => {
  const files: [string, string, number][] = [
    ['app.log.4', 'older\n', 1],
    ['app.log.3', 'marked\nmore\n', 2],
    ['app.log-20261126', 'second\n', 3],
    ['app.log.1', 'third\n', 4],
    ['app.logic', 'another log\n', 5],
    ['app.log', 'now\n', 6],
  ];
  writeFileSync(path, 'marked\n');
  const wanted = await mark();
  for (const [name, text, seconds] of files) {
    writeFileSync(join(path, '..', name), text);
    utimesSync(join(path, '..', name), seconds, seconds);
  }
  const parts = await rotatedSince(path, { ...wanted, inode: '0' });
  expect(parts?.map((part) => [part.path.split('/').at(-1), part.from, part.lines])).toEqual([
    ['app.log.3', 7, 1],
    ['app.log-20261126', 0, 0],
    ['app.log.1', 0, 0],
  ]);
});

test('a rest that was packed or is gone is lost', async () => {
  writeFileSync(path, 'marked\n');
  const wanted = await mark();
  renameSync(path, `${path}.2`);
  writeFileSync(path, 'now\n');
  expect(await rotatedSince(path, wanted)).toHaveLength(1);
  writeFileSync(`${path}.1.gz`, 'packed');
  expect(await rotatedSince(path, wanted)).toBeUndefined();
  writeFileSync(`${path}.2`, 'other\n');
  expect(await rotatedSince(path, wanted)).toBeUndefined();
});
