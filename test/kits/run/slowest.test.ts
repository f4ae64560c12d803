import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

test('every file that is to come first is there, and stands in the list once', () => {
  const root = new URL('../../../', import.meta.url).pathname;
  const slowest = JSON.parse(readFileSync(new URL('slowest.json', import.meta.url), 'utf8')) as string[];
  expect(slowest.filter((file) => !existsSync(root + file))).toEqual([]);
  expect(new Set(slowest).size).toBe(slowest.length);
});
