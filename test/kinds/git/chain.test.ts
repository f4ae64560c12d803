import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Proposals, proposalsIn } from '../../kits/proposals.js';
import { commitAll, git } from '../../kits/small-repository.js';
import { failed, passed, runStep } from '../../kits/step-run.js';

let world: Proposals;
let repo = '';
beforeEach(() => {
  world = proposalsIn();
  ({ repo } = world);
  mkdirSync(join(repo, 'candidate'));
  for (const name of ['a', 'b', 'c', 'd']) writeFileSync(join(repo, 'candidate', name), `${name}\n`);
  commitAll(repo, 'candidates');
});

const select = (base: string) =>
  runStep(
    'git.select',
    { repo: 'repo', base, below: 'candidate', to: 'src', take: 2 },
    { goLive: { baseDir: world.base } },
  );
/** The next two files of a branch, as one commit on it. */
async function batch(branch: string, on: string, more: object = {}, epoch = 1) {
  const { moves } = passed(await select(on)).outputs;
  return world.prepare({ files: [], moves, on, branch, ...more }, { step: branch, epoch });
}

describe('a commit of pr.prepare on another branch than the base', () => {
  test('a batch on one that is not merged takes the next files, and is one commit on it', async () => {
    passed(await batch('first', 'main'));
    const second = passed(await batch('second', 'first')).outputs;
    expect(git(repo, 'log', '--format=%H', '-1', 'second')).toBe(second.commit);
    expect(git(repo, 'rev-parse', 'second^')).toBe(git(repo, 'rev-parse', 'first'));
    expect(git(repo, 'rev-list', '--count', 'main..second')).toBe('2');
    expect(git(repo, 'ls-tree', '-r', '--name-only', 'second', 'candidate', 'src').split('\n')).toEqual(
      ['a', 'b', 'c', 'd'].map((name) => `src/${name}`),
    );
    expect(existsSync(join(repo, 'candidate', 'a'))).toBe(true);
  });
  test('again, it is the commit that is there', async () => {
    passed(await batch('first', 'main'));
    const once = passed(await batch('second', 'first')).outputs.commit;
    expect(passed(await batch('second', 'first', {}, 2)).outputs.commit).toBe(once);
  });
  test('the same files on a commit that says something else are a commit of their own', async () => {
    const first = passed(await batch('first', 'main')).outputs.commit;
    git(repo, 'commit', '--quiet', '--allow-empty', '-m', 'nothing new');
    const again = passed(await batch('first', 'main', {}, 2)).outputs.commit;
    expect([again === first, git(repo, 'rev-parse', 'first^')]).toEqual([false, git(repo, 'rev-parse', 'main')]);
  });
  test('a branch that it stands on is added to, here and on the remote, whoever made it', async () => {
    world.withRemote();
    const alices = world.aliceOn('together');
    git(repo, 'fetch', '--quiet', 'origin');
    git(repo, 'branch', '--quiet', '--no-track', 'kept', alices);
    git(repo, 'branch', '--quiet', '--no-track', 'together', alices);
    const { outputs } = passed(await batch('together', 'kept', { remote: 'origin' }));
    expect([git(world.remote, 'rev-parse', 'together'), git(repo, 'rev-parse', 'together^')]).toEqual([
      outputs.commit,
      alices,
    ]);
  });
  test('one that it does not stand on is left as it is, here and on the remote', async () => {
    world.withRemote();
    const alices = world.aliceOn('together');
    const there = failed(await batch('together', 'main', { remote: 'origin' }));
    expect([there.message, git(world.remote, 'rev-parse', 'together')]).toEqual([
      expect.stringContaining('golive did not make'),
      alices,
    ]);
    git(repo, 'fetch', '--quiet', '--force', 'origin', 'together:together');
    const here = failed(await batch('together', 'main', {}, 2));
    expect([here.message, git(repo, 'rev-parse', 'together')]).toEqual([
      expect.stringContaining('commits of somebody else'),
      alices,
    ]);
  });
  test('one that is checked out is not moved', async () => {
    git(repo, 'branch', '--quiet', 'kept');
    git(repo, 'worktree', 'add', '--quiet', join(world.base, 'elsewhere'), '-b', 'together');
    expect(failed(await batch('together', 'kept')).message).toContain('is checked out in');
  });
});
