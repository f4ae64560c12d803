import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Proposals, proposalsIn } from '../../kits/proposals.js';
import { git } from '../../kits/small-repository.js';
import { failed, passed, temporaryFolder } from '../../kits/step-run.js';

let world: Proposals;
let base = '';
let repo = '';
beforeEach(() => {
  world = proposalsIn();
  ({ base, repo } = world);
});

describe('the files of pr.prepare', () => {
  test.each(['../out', '/etc/x', '.git/hooks/post-commit', '.GIT/x', 'a/../../b', 'a/', '.'])(
    'a file at %s is refused',
    async (path) => {
      expect(failed(await world.prepare({ files: [{ path, from: 'health.yml' }] })).code).toBe('BAD_INPUT');
    },
  );
  test('two at one place, or one below the other, are refused', async () => {
    const pair = (one: string, two: string) => [
      { path: one, from: 'health.yml' },
      { path: two, from: 'health.yml' },
    ];
    expect(failed(await world.prepare({ files: pair('a', './a') })).code).toBe('BAD_INPUT');
    expect(failed(await world.prepare({ files: pair('a', 'a/b') })).code).toBe('BAD_INPUT');
  });
  test('what is there already is nothing to propose', async () => {
    world.health('one\nrisky\n');
    expect(failed(await world.prepare({ files: [{ path: 'notes.md', from: 'health.yml' }] })).code).toBe(
      'EXPECTATION_FAILED',
    );
  });
  test('a link, a submodule, a file or a folder in the way is refused, and nothing is written through it', async () => {
    const outside = temporaryFolder();
    writeFileSync(join(outside, 'victim'), 'precious');
    symlinkSync(join(outside, 'victim'), join(repo, 'link.md'));
    symlinkSync(outside, join(repo, 'docs'));
    mkdirSync(join(repo, 'deep'));
    symlinkSync(outside, join(repo, 'deep', 'docs'));
    git(repo, 'add', '-A');
    git(repo, 'update-index', '--add', '--cacheinfo', `160000,${git(repo, 'rev-parse', 'HEAD')},sub`);
    git(repo, 'commit', '--quiet', '-m', 'links');
    const refused = {
      'link.md': 'link.md is a link',
      'docs/new.md': 'docs is a link',
      'deep/docs/new.md': 'deep/docs is a link',
      'sub/new.md': 'sub is a submodule',
      sub: 'sub is a submodule',
      'notes.md/new.md': 'notes.md is a file',
      deep: 'deep is a folder',
    };
    for (const [path, why] of Object.entries(refused)) {
      const failure = failed(await world.prepare({ files: [{ path, from: 'health.yml' }] }));
      expect([failure.code, failure.message]).toEqual(['BAD_INPUT', expect.stringContaining(why)]);
    }
    expect(readFileSync(join(outside, 'victim'), 'utf8')).toBe('precious');
    expect(existsSync(join(outside, 'new.md'))).toBe(false);
  });
  test('a source that is a folder or a pipe is refused', async () => {
    execFileSync('mkfifo', [join(base, 'pipe')]);
    for (const from of ['repo', 'pipe']) {
      expect(failed(await world.prepare({ files: [{ path: 'x', from }] })).code).toBe('BAD_INPUT');
    }
  });
  test('bytes, modes and line ends are what they must be', async () => {
    writeFileSync(join(repo, 'run.sh'), 'old\n', { mode: 0o755 });
    writeFileSync(join(repo, '.gitattributes'), '*.txt text\n');
    git(repo, 'add', '-A');
    git(repo, 'commit', '--quiet', '-m', 'modes');
    git(repo, 'config', 'core.filemode', 'false');
    git(repo, 'config', 'core.autocrlf', 'true');
    const bytes = Buffer.from([0, 255, 13, 10, 254]);
    writeFileSync(join(base, 'plain'), 'new\n');
    writeFileSync(join(base, 'bytes'), bytes);
    writeFileSync(join(base, 'crlf'), 'a\r\nb\r\n');
    writeFileSync(join(base, 'tool'), 'tool\n');
    chmodSync(join(base, 'tool'), 0o755);
    const files = [
      { path: 'run.sh', from: 'plain' },
      { path: 'a.bin', from: 'bytes' },
      { path: 'a.txt', from: 'crlf' },
      { path: 'a.raw', from: 'crlf' },
      { path: 'bin/tool', from: 'tool' },
    ];
    passed(await world.prepare({ files }));
    const modes = git(repo, 'ls-tree', '-r', 'golive/health')
      .split('\n')
      .map((line) => line.replace(/ blob \S+/, ''));
    expect(modes).toEqual(
      expect.arrayContaining(['100755\trun.sh', '100644\ta.bin', '100644\ta.txt', '100755\tbin/tool']),
    );
    const raw = (name: string): Buffer =>
      execFileSync('git', ['-C', repo, 'cat-file', 'blob', `golive/health:${name}`]);
    expect(raw('a.bin')).toEqual(bytes);
    expect([raw('a.txt').toString(), raw('a.raw').toString()]).toEqual(['a\nb\n', 'a\r\nb\r\n']);
  });
  test('a file behind a filter is refused', async () => {
    writeFileSync(join(repo, '.gitattributes'), '*.bin filter=lfs\n');
    git(repo, 'add', '-A');
    git(repo, 'commit', '--quiet', '-m', 'lfs');
    const failure = failed(await world.prepare({ files: [{ path: 'a.bin', from: 'health.yml' }] }));
    expect(failure.message).toContain('a.bin goes through the filter lfs of git');
  });
});
