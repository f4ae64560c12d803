import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { runbookSchema } from '../../model/schema/format/runbook.js';
import { temporaryFolder } from '../kits/step-run.js';

const file = new URL('../../runbooks/hardening-certification.yaml', import.meta.url);
const runbook = runbookSchema.parse(parse(readFileSync(file, 'utf8')));

/** The shell script that a step of the runbook gives to `sh`. */
function scriptOf(phase: string, step: string): string {
  const steps = runbook.phases.find(({ id }) => id === phase)?.steps ?? [];
  const found = steps.find((one) => 'id' in one && one.id === step);
  return z.object({ with: z.object({ env: z.object({ STEP_SCRIPT: z.string() }) }) }).parse(found).with.env.STEP_SCRIPT;
}

function run(script: string, cwd: string, args: readonly string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', 'eval "$STEP_SCRIPT"', 'step', ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, STEP_SCRIPT: script, ...env },
    encoding: 'utf8',
    timeout: 25_000,
  });
  return { status, stdout, stderr };
}

describe('tests that reach this machine alone', () => {
  const script = scriptOf('testing', 'run');
  /** Whether this system lets us have a network of our own. */
  const permitted =
    spawnSync('env', ['unshare', '--map-root-user', '--net', '--', 'ip', 'link', 'set', 'lo', 'up']).status === 0;
  /** Asks a server of its own on the loopback, then another address; says which of them answered. */
  const ASKS = `const { connect, createServer } = require('node:net');
const ask = (host, port) => new Promise((done) => {
  const socket = connect({ host, port, timeout: 5000 }, () => { socket.destroy(); done('answers'); });
  socket.on('error', ({ code }) => done(code)).on('timeout', () => { socket.destroy(); done('timeout'); });
});
const own = createServer().listen(0, '127.0.0.1', async () => {
  const loopback = await ask('127.0.0.1', own.address().port);
  const outside = await ask(process.argv[1], Number(process.argv[2]));
  console.log(JSON.stringify({ loopback, outside, user: process.getuid(), told: process.env.GOLIVE_OUTPUT_FILE }));
  own.close();
  process.exit(outside === 'answers' ? 0 : 1);
});`;
  const outside = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

  async function asked(offline: string, path = process.env.PATH ?? '') {
    const folder = temporaryFolder();
    for (const name of ['junit.xml', 'lcov.info']) writeFileSync(join(folder, name), 'of the commit');
    // Somebody listens at that address all the while: what refuses is the way to it.
    const server = createServer();
    await new Promise<void>((listens) => server.listen(0, '0.0.0.0', listens));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const args = [
      offline,
      'junit.xml',
      'lcov.info',
      process.execPath,
      '-e',
      ASKS,
      outside ?? '192.0.2.1',
      String(port),
    ];
    const env = { GOLIVE_OUTPUT_FILE: join(folder, 'said.json'), PATH: path };
    const { status, stdout, stderr } = run(script, folder, args, env);
    server.close();
    expect(existsSync(join(folder, 'junit.xml')) || existsSync(join(folder, 'lcov.info'))).toBe(false);
    const said = JSON.parse(readFileSync(join(folder, 'said.json'), 'utf8'));
    const last = stdout.trim().split('\n').at(-1) ?? '';
    return { status, said, answers: last.startsWith('{"loopback') ? JSON.parse(last) : stderr };
  }

  test('the loopback works, another address does not, and the test is run as who it was', async () => {
    const { status, said, answers } = await asked('true');
    if (!permitted) {
      expect(said).toEqual({ notRefused: expect.stringMatching(/no network of its own/) });
      return;
    }
    expect({ status, said, answers }).toEqual({
      status: 1,
      said: { egress: 'refused' },
      answers: { loopback: 'answers', outside: 'ENETUNREACH', user: process.getuid?.() },
    });
  });

  test('run as root they may give a file to another user', () => {
    if (!permitted || process.getuid?.() !== 0) return;
    const folder = temporaryFolder();
    const argv = ['sh', '-c', 'echo one >file && chown 12345:12345 file'];
    const { status, stderr } = run(script, folder, ['true', 'junit.xml', 'lcov.info', ...argv], {
      GOLIVE_OUTPUT_FILE: join(folder, 'said.json'),
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(statSync(join(folder, 'file')).uid).toBe(12345);
  });

  test('what they write where it is said counts for nothing', () => {
    const folder = temporaryFolder();
    const said = join(folder, 'said.json');
    const argv = ['sh', '-c', `echo '{ "egress": "refused" }' >"${said}"; exit 3`];
    const { status } = run(script, folder, ['false', 'junit.xml', 'lcov.info', ...argv], { GOLIVE_OUTPUT_FILE: said });
    expect([status, JSON.parse(readFileSync(said, 'utf8'))]).toEqual([3, { notRefused: 'offlineTests is off' }]);
  });

  test('switched off, they are run as ever, and it is not said that it was refused', async () => {
    const { said, answers } = await asked('false');
    expect(said).toEqual({ notRefused: 'offlineTests is off' });
    expect(answers).toMatchObject({ loopback: 'answers', ...(outside === undefined ? {} : { outside: 'answers' }) });
  });

  test('where it is not permitted they are run all the same, and the reason is told', async () => {
    const bin = temporaryFolder();
    writeFileSync(
      join(bin, 'unshare'),
      '#!/bin/sh\necho "unshare: unshare failed: Operation not permitted" >&2\nexit 1\n',
    );
    chmodSync(join(bin, 'unshare'), 0o755);
    const { said, answers } = await asked('true', `${bin}:${process.env.PATH}`);
    expect(said).toEqual({
      notRefused: 'no network of its own is to be had here: unshare: unshare failed: Operation not permitted',
    });
    expect(answers).toMatchObject({ loopback: 'answers' });
  });
});

describe('the pre-commit hook', () => {
  const script = scriptOf('security', 'hooks');
  const GOOD = '#!/bin/sh\necho "looks at $(git diff --cached --name-only)"\n';

  function repository(files: Record<string, string>, mode = 0o755): string {
    const folder = temporaryFolder();
    for (const [name, text] of Object.entries({ 'README.md': '# A\n', ...files })) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
      if (name.endsWith('pre-commit')) chmodSync(join(folder, name), mode);
    }
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.test', '-C', folder, ...args], {
        stdio: 'ignore',
      });
    git('init', '-q');
    git('add', '-A');
    git('commit', '-q', '-m', 'a');
    return folder;
  }
  const hooked = (folder: string, ...args: string[]) => run(script, folder, args, { GIT_CONFIG_GLOBAL: '/dev/null' });

  test('it is installed, sees the change, and nothing of it is left', () => {
    const folder = repository({ '.githooks/pre-commit': GOOD });
    const { status, stdout } = hooked(folder);
    expect([status, stdout]).toEqual([
      0,
      'looks at golive-hook-check.txt\npre-commit hook .githooks/pre-commit: exit code 0\n',
    ]);
    expect(execFileSync('git', ['-C', folder, 'status', '--porcelain'], { encoding: 'utf8' })).toBe('');
  });

  test('a command of the runbook installs it', () => {
    const folder = repository({ 'tools/pre-commit': GOOD });
    expect(hooked(folder, 'git', 'config', 'core.hooksPath', 'tools').status).toBe(0);
  });

  test.each([
    ['refuses', { '.githooks/pre-commit': '#!/bin/sh\nexit 7\n' }, 0o755, /exit code 7/],
    ['may not be executed', { '.githooks/pre-commit': GOOD }, 0o644, /may not be executed/],
  ])('one that %s is a finding', (_, files, mode, says) => {
    const { status, stdout } = hooked(repository(files, mode));
    expect([status, stdout]).toEqual([1, expect.stringMatching(says)]);
  });

  test.each([
    ['nothing that asks for one', {}, 90, /no hooks: neither/],
    ['hooks, and none of them before a commit', { '.githooks/pre-push': GOOD }, 92, /no pre-commit hook/],
    ['one that cannot be installed', { '.husky/pre-commit': GOOD }, 91, /could not be installed/],
  ])('%s: not run, and never a pass', (_, files, code, says) => {
    const { status, stderr } = hooked(repository(files));
    expect([status, stderr]).toEqual([code, expect.stringMatching(says)]);
  });

  test('the stub that husky writes for every hook is none of the repository', () => {
    const stub = ['.husky/_/pre-commit', '#!/bin/sh\nexit 0\n'] as const;
    const install = ['git', 'config', 'core.hooksPath', '.husky/_'];
    const without = hooked(repository({ [stub[0]]: stub[1], '.husky/commit-msg': GOOD }), ...install);
    expect([without.status, without.stderr]).toEqual([92, expect.stringContaining('.husky/pre-commit is not there')]);
    expect(hooked(repository({ [stub[0]]: stub[1], '.husky/pre-commit': GOOD }), ...install).status).toBe(0);
  });

  test('outside of a repository nothing is done', () => {
    const { status, stderr } = hooked(temporaryFolder());
    expect([status, stderr]).toEqual([95, expect.stringContaining('not a git repository')]);
  });

  test('a hook that lies in .git by other means is not that of the repository', () => {
    const folder = repository({});
    writeFileSync(join(folder, '.git', 'hooks', 'pre-commit'), GOOD);
    chmodSync(join(folder, '.git', 'hooks', 'pre-commit'), 0o755);
    expect(hooked(folder).status).toBe(90);
  });
});
