import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { stepKit } from '../../kits/step-kit.js';
import { passed, runStep, temporaryFolder } from '../../kits/step-run.js';

const git = (folder: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    cwd: folder,
    encoding: 'utf8',
  }).trim();

function repositoryIn(folder: string): string {
  const place = join(folder, 'repo');
  mkdirSync(join(place, 'service'), { recursive: true });
  git(place, 'init', '-q', '-b', 'day3');
  writeFileSync(join(place, 'service', 'a.txt'), 'a');
  git(place, 'add', '.');
  git(place, 'commit', '-qm', 'first');
  return git(place, 'rev-parse', 'HEAD');
}

stepKit('git.state', {
  good: (folder) => {
    mkdirSync(join(folder, 'plain'), { recursive: true });
    return { folder: 'plain' };
  },
  bad: (folder) => {
    mkdirSync(join(folder, 'broken', '.git'), { recursive: true });
    writeFileSync(join(folder, 'broken', '.git', 'HEAD'), 'ref: refs/heads/main\n');
    mkdirSync(join(folder, 'broken', '.git', 'objects'));
    mkdirSync(join(folder, 'broken', '.git', 'refs'));
    writeFileSync(join(folder, 'broken', '.git', 'config'), '[core\n');
    return { folder: 'broken' };
  },
  badCode: 'EXPECTATION_FAILED',
});

describe('git.state', () => {
  const look = async (base: string, folder: string) =>
    passed(await runStep('git.state', { folder }, { goLive: { baseDir: base } })).outputs;

  test('names commit and branch, also from a folder within, and counts what was changed', async () => {
    const base = temporaryFolder();
    const commit = repositoryIn(base);
    expect(await look(base, 'repo/service')).toEqual({
      repository: true,
      commit,
      branch: 'day3',
      clean: true,
      changed: 0,
    });
    writeFileSync(join(base, 'repo', 'service', 'new.txt'), '');
    writeFileSync(join(base, 'repo', 'service', 'a.txt'), 'b');
    expect(await look(base, 'repo')).toMatchObject({ clean: false, changed: 2 });
    git(join(base, 'repo'), 'checkout', '-q', '--detach');
    expect(await look(base, 'repo')).toMatchObject({ branch: 'detached', commit });
  });

  test('of what is no repository nothing is clean', async () => {
    const base = temporaryFolder();
    mkdirSync(join(base, 'plain'));
    expect(await look(base, 'plain')).toEqual({
      repository: false,
      commit: 'none',
      branch: 'none',
      clean: false,
      changed: 0,
    });
  });
});
