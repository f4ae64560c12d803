import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { linkIntoPlace, moveIntoPlace, temporaryBeside, writeDraft, writeDurably } from '../../evidence/durable.js';

test.each([0o600, 0o640, 0o666])(
  'a file of mode %p has it from its first byte on, whatever the mask is',
  async (mode) => {
    const folder = await mkdtemp(join(tmpdir(), 'golive-durable-'));
    const mask = process.umask(0o022);
    try {
      const seen = new Set<number>();
      let whole = false;
      const writing = writeDurably(join(folder, 'file'), Buffer.alloc(64 * 1024 * 1024), mode).then(() => {
        whole = true;
      });
      while (!whole) {
        for (const name of readdirSync(folder)) {
          const info = statSync(join(folder, name), { throwIfNoEntry: false });
          if (info && info.size > 0) seen.add(info.mode & 0o777);
        }
        await turn();
      }
      await writing;
      expect([...seen]).toEqual([mode]);
    } finally {
      process.umask(mask);
      await rm(folder, { recursive: true, force: true });
    }
  },
);

test('of two that are put where nothing stands, the first stays, and nothing is left beside it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'golive-durable-'));
  const path = join(folder, 'file');
  try {
    expect(await linkIntoPlace(await writeDraft(path, 'first'), path)).toBe(true);
    expect(await linkIntoPlace(await writeDraft(path, 'second'), path)).toBe(false);
    expect([readdirSync(folder), readFileSync(path, 'utf8')]).toEqual([['file'], 'first']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('what cannot be put into its place leaves nothing beside it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'golive-place-'));
  try {
    const path = join(folder, 'taken');
    mkdirSync(join(path, 'full'), { recursive: true });
    await expect(writeDurably(path, 'x')).rejects.toThrow(/taken/);
    const draft = temporaryBeside(path);
    writeFileSync(draft, 'x');
    await expect(moveIntoPlace(draft, path)).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['taken']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
