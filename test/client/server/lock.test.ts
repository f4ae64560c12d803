import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { withLock } from '../../../client/server/lock.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'golive-client-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('who does not get the lock is told who has it, and where', async () => {
  const name = join(folder, 'server.lock');
  await withLock(
    name,
    async () => {
      const second = withLock(name, async () => undefined, { timeoutMs: 60 });
      await expect(second).rejects.toMatchObject({
        message: expect.stringContaining(`process ${process.pid}`),
        options: { exitCode: 2, where: expect.stringContaining(name) },
      });
    },
    { timeoutMs: 1000 },
  );
  expect(await withLock(name, async () => 'free again', { timeoutMs: 1000 })).toBe('free again');
});

test('a lock file of an earlier version stands in nobody’s way', async () => {
  const name = join(folder, 'server.lock');
  writeFileSync(name, '{}');
  expect(await withLock(name, async () => 'had', { timeoutMs: 1000 })).toBe('had');
  expect(existsSync(name)).toBe(true);
});
