import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LineTail } from '../../../client/go-live/line-tail.js';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'golive-tail-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

test('each line is given once, whole, also when a character comes in two parts', async () => {
  const path = join(base, 'output.log');
  const tail = new LineTail(path);
  expect(await tail.read()).toEqual([]);
  const bytes = Buffer.from('grün\r\nzwei');
  writeFileSync(path, bytes.subarray(0, 3));
  expect(await tail.read()).toEqual([]);
  appendFileSync(path, bytes.subarray(3));
  expect(await tail.read()).toEqual(['grün']);
  expect(tail.rest()).toEqual(['zwei']);
  expect(tail.rest()).toEqual([]);
});

test('a file that was begun anew is read from its start; one that is longer than a piece is read whole', async () => {
  const path = join(base, 'output.log');
  const tail = new LineTail(path);
  writeFileSync(path, `${'x'.repeat(200_000)}\nlast\n`);
  expect((await tail.read()).map((line) => line.length)).toEqual([200_000, 4]);
  writeFileSync(path, 'again\n');
  expect(await tail.read()).toEqual(['again']);
});
