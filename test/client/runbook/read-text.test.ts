import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CliError } from '../../../client/errors.js';
import { readText } from '../../../client/runbook/read-text.js';
import { writeScaffold } from '../../../client/runbook/scaffold.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'golive-text-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (bytes: Buffer | string): string => {
  const path = join(folder, 'compose.yaml');
  writeFileSync(path, bytes);
  return path;
};
const swapped = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
const TEXT = 'services:\n  web: { image: caf\u00e9 }\n';

test.each<[string, Buffer | string, RegExp | undefined]>([
  ['UTF-8', TEXT, undefined],
  ['UTF-8 with its mark', `\ufeff${TEXT}`, undefined],
  ['nothing', '', undefined],
  ['UTF-16 with its mark', Buffer.from(`\ufeff${TEXT}`, 'utf16le'), /looks like UTF-16LE/],
  ['the other UTF-16 with its mark', swapped(`\ufeff${TEXT}`), /looks like UTF-16BE/],
  ['UTF-16 without one', Buffer.from(TEXT, 'utf16le'), /looks like UTF-16LE/],
  ['the other one without', swapped(TEXT), /looks like UTF-16BE/],
  ['Latin-1', Buffer.from(TEXT, 'latin1'), /not UTF-8: the first byte that is not stands in line 2; it may be Latin-1/],
])('%s', (_name, bytes, refused) => {
  const path = file(bytes);
  if (refused) expect(() => readText(path)).toThrow(refused);
  else expect(readText(path).text).toBe(bytes);
});

test('the hint makes a file that is read', () => {
  const path = file(Buffer.from(TEXT, 'latin1'));
  let hint = '';
  try {
    readText(path);
  } catch (error) {
    if (error instanceof CliError) hint = error.options.hint ?? '';
  }
  const [, command = ''] = /: (iconv .*) > NEW$/.exec(hint) ?? [];
  expect(execFileSync('sh', ['-c', command]).toString()).toBe(TEXT);
});

test.each(['compose.yaml', '.env'])('a pipe that nobody writes into is refused at once: %s', (name) => {
  file('services: { web: { ports: ["${P}:80"] } }');
  const pipe = join(folder, name);
  rmSync(pipe, { force: true });
  execFileSync('mkfifo', [pipe]);
  // Where it was waited for, somebody comes in the end.
  const writer = spawn('sh', ['-c', `sleep 20; exec echo x > '${pipe}'`], { detached: true });
  try {
    const begun = performance.now();
    expect(() => writeScaffold('shop', { dir: folder, from: join(folder, 'compose.yaml') })).toThrow(
      /cannot be read: .* is no regular file/,
    );
    expect(performance.now() - begun).toBeLessThan(15_000);
  } finally {
    process.kill(-(writer.pid ?? 0), 'SIGKILL');
    rmSync(pipe);
  }
});
