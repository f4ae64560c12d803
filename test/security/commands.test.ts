import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failed, passed, runStep, temporaryFolder } from '../kits/step-run.js';

const META = [
  '; touch owned',
  '| touch owned',
  '&& touch owned',
  '`touch owned`',
  '$(touch owned)',
  '> owned',
  '\n touch owned',
  '" ; touch owned ; "',
  "' ; touch owned ; '",
  '& touch owned &',
];
const WRAPS = [
  (meta: string) => meta,
  (meta: string) => `x${meta}`,
  (meta: string) => `"${meta}"`,
  (meta: string) => `'${meta}'`,
  (meta: string) => `\${${meta}}`,
  (meta: string) => `%${meta}%`,
  (meta: string) => `--option=${meta}`,
  (meta: string) => `-x${meta}`,
  (meta: string) => `${meta}\\`,
  (meta: string) => `!${meta}`,
  (meta: string) => `*${meta}?`,
  (meta: string) => `~${meta}`,
];
const PAYLOADS = [
  ...META.flatMap((meta) => WRAPS.map((wrap) => wrap(meta))),
  '${{ inputs.x }}',
  '$HOME',
  '${IFS}',
  '../..',
  '',
  ' ',
  '\t',
  'ü漢🔑',
  '\u202e',
  '--',
  '-',
  '*',
  '~',
];

describe('arguments', () => {
  test(`${PAYLOADS.length} payloads arrive byte for byte, and nothing of them is carried out`, async () => {
    expect(PAYLOADS.length).toBeGreaterThanOrEqual(120);
    const baseDir = temporaryFolder();
    const script = `require('fs').writeFileSync('argv.json', JSON.stringify(process.argv.slice(2)))`;
    writeFileSync(join(baseDir, 'keep.cjs'), script);
    const run = await runStep(
      'command.run',
      { argv: ['node', 'keep.cjs', ...PAYLOADS] },
      { goLive: { baseDir, folders: [baseDir] }, task: { effect: 'idempotent' } },
    );
    passed(run);
    expect(JSON.parse(readFileSync(join(baseDir, 'argv.json'), 'utf8'))).toEqual(PAYLOADS);
    expect(existsSync(join(baseDir, 'owned'))).toBe(false);
  });

  test.each(['x; id', './no such program', '-rf', '$(id)'])(
    '%j is the name of a program, and there is none',
    async (program) => {
      const run = await runStep('command.run', { argv: [program] }, { task: { effect: 'idempotent' } });
      expect(failed(run).code).toBe('TOOL_MISSING');
    },
  );

  test('a NUL is refused before anything runs', async () => {
    const run = await runStep('command.run', { argv: ['echo', 'a\0b'] }, { task: { effect: 'idempotent' } });
    expect(failed(run).code).toBe('BAD_INPUT');
  });
});

describe('the environment of a command', () => {
  test('is the allow-list and what was declared, whatever the worker has', async () => {
    const baseDir = temporaryFolder();
    const hostile = {
      NODE_OPTIONS: '--require ./evil.cjs',
      LD_PRELOAD: '/evil.so',
      LD_LIBRARY_PATH: '/evil',
      GIT_SSH_COMMAND: 'evil',
      GIT_DIR: '/evil',
      DOCKER_HOST: 'tcp://evil',
      BASH_ENV: '/evil',
      ENV: '/evil',
      PYTHONSTARTUP: '/evil',
      PERL5OPT: '-Mevil',
      HTTP_PROXY: 'http://evil',
      AWS_SECRET_ACCESS_KEY: 'evil',
      TEMPORAL_API_KEY: 'evil',
      GOLIVE_EVIDENCE_KEY: '/evil',
    };
    const env = { PATH: process.env.PATH, HOME: '/home/x', LANG: 'C', ...hostile };
    const argv = ['/usr/bin/env', '-0'];
    const run = await runStep(
      'command.run',
      { argv, env: { COLOUR: 'blue' } },
      { env, goLive: { baseDir, folders: [baseDir] }, task: { effect: 'idempotent' } },
    );
    const log = readFileSync(join(run.folder, 'output.log'), 'utf8');
    const seen = Object.fromEntries(
      log
        .split('\0')
        .filter(Boolean)
        .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    );
    passed(run);
    expect(Object.keys(seen).toSorted()).toEqual(['COLOUR', 'GOLIVE_IDEMPOTENCY_KEY', 'HOME', 'LANG', 'PATH']);
    expect(seen).toMatchObject({ COLOUR: 'blue', HOME: '/home/x', LANG: 'C' });
  });

  test('what a command prints is never taken for an order', async () => {
    const said =
      '::set-env name=NODE_OPTIONS::--require evil\n::set-output name=values::{}\n##vso[task.setvariable variable=x]y\n{"exitCode":7,"values":{"a":1}}\n${{ inputs.x }}';
    const run = await runStep('command.run', { argv: ['printf', '%s', said] }, { task: { effect: 'idempotent' } });
    expect(passed(run).outputs).toMatchObject({ exitCode: 0, values: {}, stdoutTail: said });
  });
});

describe('floods', () => {
  // 64 MiB of it are kept.
  const flood = process.env.GOLIVE_ALL ? 200 : 72;
  test(`${flood} MiB of output: the file is capped, hash and length are of all, memory stays, the step goes on`, async () => {
    const baseDir = temporaryFolder();
    const total = flood * 1024 * 1024;
    const before = process.memoryUsage().rss;
    let highest = before;
    const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage().rss)), 20);
    const argv = ['head', '-c', String(total), '/dev/zero'];
    const run = await runStep(
      'command.run',
      { argv },
      { goLive: { baseDir, folders: [baseDir] }, task: { effect: 'idempotent', timeoutMs: 240_000 } },
    );
    clearInterval(watch);
    passed(run);
    const hash = createHash('sha256');
    const piece = Buffer.alloc(1024 * 1024);
    for (let at = 0; at < total; at += piece.length) hash.update(piece);
    expect(JSON.parse(readFileSync(join(run.folder, 'output.json'), 'utf8'))).toEqual({
      bytes: total,
      sha256: hash.digest('hex'),
      truncated: true,
    });
    const kept = statSync(join(run.folder, 'output.log')).size;
    expect(kept).toBeGreaterThanOrEqual(64 * 1024 * 1024);
    expect(kept).toBeLessThan(66 * 1024 * 1024);
    console.log(
      `${flood} MiB of output: ${(kept / 1e6).toFixed(0)} MB kept, memory grew by at most ${((highest - before) / 1e6).toFixed(0)} MB`,
    );
    expect(highest - before).toBeLessThan(150e6);
  }, 300_000);

  test('a million short lines a moment are no more than bytes', async () => {
    const run = await runStep(
      'command.run',
      { argv: ['sh', '-c', 'yes x | head -n 1000000'] },
      { task: { effect: 'idempotent' } },
    );
    expect(String(passed(run).outputs.stdoutTail).length).toBeLessThanOrEqual(2000);
    expect(readdirSync(run.folder)).toContain('output.log');
  }, 120_000);
});
