import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { blocksOf } from '../kits/doc-blocks.js';

const root = new URL('../../', import.meta.url).pathname;
const page = 'docs/ARCHITECTURE.md';

/** Adds the two lines that the page tells: an import, and the entry of the table. */
function register(file: string, from: string): void {
  const text = readFileSync(file, 'utf8');
  const imported = `import { diskFree } from '${from}';\n${text}`;
  writeFileSync(file, imported.replace(/^(export const step\w+ = \{\n)/m, "$1  'disk.free': diskFree,\n"));
}

describe('the worked example of a new step kind', () => {
  let copy: string;
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'golive-kind-'));
    for (const part of [
      'model',
      'host',
      'evidence',
      'activities',
      'kinds',
      'wire',
      'test/kits',
      'package.json',
      'tsconfig.json',
      'jest.config.js',
    ])
      cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    for (const { file, text } of blocksOf(page)) {
      if (!file) continue;
      cpSync(join(root, 'LICENSE'), join(copy, file)); // makes the folders
      writeFileSync(join(copy, file), text);
    }
    register(join(copy, 'kinds/catalog.ts'), './disk/disk.free.kind.js');
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  const compile = () => {
    const args = [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json', '--noEmit'];
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' });
    return { status, stdout };
  };

  test('without its hands it does not compile, and tsc points at the table; without its facts neither, and tsc names them', () => {
    const file = join(copy, 'kinds/disk/disk.free.kind.ts');
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, whole.replace(/^ {2}(effect|reach|writes): .*\n/gm, ''));
    const { status, stdout } = compile();
    writeFileSync(file, whole);
    expect(status).not.toBe(0);
    expect(stdout).toMatch(/kinds\/hands\.ts.*\n?.*disk\.free/);
    expect(stdout).toMatch(
      /kinds\/disk\/disk\.free\.kind\.ts.*missing the following properties.*effect, reach, writes/,
    );
  }, 60_000);

  test('with them it compiles, and keeps to the kit', () => {
    register(join(copy, 'kinds/hands.ts'), './disk/disk.free.js');
    expect(compile()).toEqual({ status: 0, stdout: '' });
    const args = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', 'test/kinds'];
    const env = { ...process.env, JEST_WORKER_ID: undefined, NODE_OPTIONS: undefined };
    expect(() => execFileSync(process.execPath, args, { cwd: copy, env, stdio: 'pipe' })).not.toThrow();
  }, 120_000);
});
