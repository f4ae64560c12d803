import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { sha256 } from '../../../evidence/hash.js';
import { eachLine, hashFile, manifestHash, readAtMost, Unreadable } from '../../../evidence/verify/read.js';
import { formatManifest } from '../../../model/evidence/manifest.js';

const folder = mkdtempSync(join(tmpdir(), 'golive-read-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'file');

function linesOf(text: string, limits = { most: 1 << 30, mostLine: 1 << 24 }): [string, boolean][] {
  writeFileSync(path, text);
  const lines: [string, boolean][] = [];
  eachLine(path, limits, ({ bytes, whole }) => lines.push([bytes.toString(), whole]) > 0);
  return lines;
}

test('lines come as they are, also where they are longer than a piece, and the last one may have no end', () => {
  const long = 'x'.repeat((1 << 20) + 7);
  expect(linesOf('')).toEqual([]);
  expect(linesOf('a\n\nb\r\nc')).toEqual([
    ['a', true],
    ['', true],
    ['b\r', true],
    ['c', false],
  ]);
  expect(linesOf(`a\n${long}\n${long}${long}\nz\n`).map(([line]) => line.length)).toEqual([
    1,
    long.length,
    2 * long.length,
    1,
  ]);
  // Ends of lines at the very ends of pieces.
  for (const size of [(1 << 20) - 1, 1 << 20, (1 << 20) + 1]) {
    const lines = linesOf(`${'y'.repeat(size - 1)}\n${'z'.repeat(size - 1)}\nend`);
    expect(lines.map(([line, whole]) => [line.length, whole])).toEqual([
      [size - 1, true],
      [size - 1, true],
      [3, false],
    ]);
  }
});

test('a line that is too long, a file that is too large and a link are not read, and say so', () => {
  expect(() => linesOf('12345\n', { most: 100, mostLine: 4 })).toThrow('has a line of more than');
  expect(() => linesOf('12345', { most: 100, mostLine: 4 })).toThrow('has a line of more than');
  expect(() => linesOf('12345\n', { most: 5, mostLine: 10 })).toThrow(Unreadable);
  writeFileSync(path, '12345');
  expect(readAtMost(path, 5).toString()).toBe('12345');
  expect(() => readAtMost(path, 4)).toThrow(expect.objectContaining({ name: 'Unreadable', tooLarge: true }));
  symlinkSync(path, join(folder, 'link'));
  expect(() => readAtMost(join(folder, 'link'), 5)).toThrow('cannot be read: the system says ELOOP');
  expect(() => hashFile(join(folder, 'gone'))).toThrow('it went away meanwhile');
  expect(() => hashFile(folder)).toThrow('it is no plain file');
});

test('a pipe is not waited for', () => {
  const [pipe, freed] = [join(folder, 'pipe'), join(folder, 'freed')];
  execFileSync('mkfifo', [pipe]);
  // Who waits for a writer is freed by this one after a while, and the test is red instead of going on for ever.
  const writer = spawn('sh', ['-c', 'sleep 5; : > "$1"; : > "$0"', pipe, freed], { stdio: 'ignore' });
  try {
    expect(() => readAtMost(pipe, 5)).toThrow('it is no plain file');
    expect(existsSync(freed)).toBe(false);
  } finally {
    writer.kill();
  }
});

test('hashes are those of all bytes', () => {
  const bytes = Buffer.alloc((3 << 20) + 5, 'abc');
  writeFileSync(path, bytes);
  expect(hashFile(path)).toBe(sha256(bytes));
  truncateSync(path, 0);
  expect(hashFile(path)).toBe(sha256(''));
  const entries = ['b', 'a\nc', 'a'].map((name) => ({ path: name, sha256: sha256(name) }));
  expect(manifestHash(entries)).toBe(sha256(formatManifest(entries)));
});
