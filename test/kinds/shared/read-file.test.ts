import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { lineReader } from '../../../kinds/shared/lines.js';
import { readLines, readWhole } from '../../../kinds/shared/read-file.js';
import { temporaryFolder } from '../../kits/step-run.js';

let folder = '';
beforeEach(() => {
  folder = temporaryFolder();
});
const at = (name: string): string => join(folder, name);
const { signal } = new AbortController();

describe('a file that is needed', () => {
  test('is read as one piece, a link to it, too', async () => {
    writeFileSync(at('a'), 'text');
    symlinkSync(at('a'), at('b'));
    expect(String(await readWhole(at('b'), 'The file'))).toBe('text');
  });
  test.each<[string, string, () => void]>([
    ['NOT_FOUND', 'The file cannot be read', () => undefined],
    ['BAD_INPUT', 'The file is a folder', () => mkdirSync(at('a'))],
    ['BAD_INPUT', 'The file is no regular file', () => execFileSync('mkfifo', [at('a')])],
  ])('%s: %s', async (code, message, make) => {
    make();
    const failing = expect.objectContaining({ code, message: expect.stringContaining(message) as unknown });
    await expect(readWhole(at('a'), 'The file')).rejects.toThrow(failing);
    await expect(
      readLines(
        at('a'),
        'The file',
        lineReader({}, () => undefined),
        signal,
      ),
    ).rejects.toThrow(failing);
  });
  test('is refused where it is too large for one piece, with its size', async () => {
    writeFileSync(at('a'), '');
    truncateSync(at('a'), 1_000_000_000);
    await expect(readWhole(at('a'), 'The file')).rejects.toThrow(
      'The file has 1000000000 bytes, and 268435456 are read',
    );
  });
});

test('lines of a file come piece by piece; the reading ends when the step does', async () => {
  writeFileSync(at('a'), 'line\n'.repeat(50_000));
  const stop = new AbortController();
  let lines = 0;
  const reader = lineReader({}, () => {
    lines += 1;
    if (lines === 20_000) stop.abort();
    return undefined;
  });
  await expect(readLines(at('a'), 'The file', reader, stop.signal)).rejects.toThrow('was stopped');
  expect(lines).toBeLessThan(40_000);
});
