import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
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

  const change = (repo: string): void => writeFileSync(join(repo, 'service', 'a.txt'), 'b');
  const commitIn = (repo: string): void => {
    git(repo, 'add', '.');
    git(repo, 'commit', '-qm', 'more');
  };
  const withSubmodule = (repo: string): void => {
    const other = temporaryFolder();
    repositoryIn(other);
    git(repo, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', join(other, 'repo'), 'sub');
    commitIn(repo);
  };

  test.each<[string, number, (repo: string) => string | undefined]>([
    [
      'a file that git was told to believe',
      1,
      (repo) => {
        git(repo, 'update-index', '--assume-unchanged', 'service/a.txt');
        change(repo);
        return undefined;
      },
    ],
    [
      'a file that is not to be there',
      1,
      (repo) => {
        git(repo, 'update-index', '--skip-worktree', 'service/a.txt');
        change(repo);
        return undefined;
      },
    ],
    [
      'a file that only this machine leaves out',
      1,
      (repo) => {
        writeFileSync(join(repo, '.git', 'info', 'exclude'), 'new.js\n');
        writeFileSync(join(repo, 'new.js'), '');
        return undefined;
      },
    ],
    [
      'a commit with another in its place',
      1,
      (repo) => {
        const first = git(repo, 'rev-parse', 'HEAD');
        change(repo);
        commitIn(repo);
        const second = git(repo, 'rev-parse', 'HEAD');
        git(repo, 'reset', '-q', '--soft', first);
        git(repo, 'replace', first, second);
        return undefined;
      },
    ],
    [
      'a folder that the repository ignores',
      0,
      (repo) => {
        writeFileSync(join(repo, '.gitignore'), 'out/\n');
        commitIn(repo);
        mkdirSync(join(repo, 'out'));
        writeFileSync(join(repo, 'out', 'code.js'), '');
        return 'repo/out';
      },
    ],
    [
      'a submodule whose changes are to be ignored',
      1,
      (repo) => {
        withSubmodule(repo);
        git(repo, 'config', 'submodule.sub.ignore', 'all');
        change(join(repo, 'sub'));
        return undefined;
      },
    ],
    [
      'a submodule that is not there',
      1,
      (repo) => {
        withSubmodule(repo);
        git(repo, 'submodule', '--quiet', 'deinit', '-f', 'sub');
        return undefined;
      },
    ],
  ])('%s is not clean', async (_, changed, make) => {
    const base = temporaryFolder();
    repositoryIn(base);
    const folder = make(join(base, 'repo')) ?? 'repo';
    expect(await look(base, folder)).toMatchObject({ repository: true, clean: false, changed });
  });

  test('no program of the repository runs, nor one of its submodule', async () => {
    const base = temporaryFolder();
    repositoryIn(base);
    const repo = join(base, 'repo');
    withSubmodule(repo);
    for (const one of [repo, join(repo, 'sub')]) {
      writeFileSync(join(one, '.gitattributes'), '* filter=own\n');
      git(one, 'config', 'filter.own.clean', `sh -c 'touch ${base}/ran; cat'`);
      git(one, 'config', 'core.fsmonitor', `touch ${base}/ran`);
      change(one);
    }
    expect(await look(base, 'repo')).toMatchObject({ clean: false, changed: 4 });
    expect(existsSync(join(base, 'ran'))).toBe(false);
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
