import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Proposals, proposalsIn } from '../../kits/proposals.js';
import { git, smallRepository } from '../../kits/small-repository.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed } from '../../kits/step-run.js';

stepKit('pr.prepare', {
  good: (folder) => {
    smallRepository(folder);
    writeFileSync(join(folder, 'health.yml'), 'on: schedule\n');
    return {
      repo: 'repo',
      branch: 'golive/health',
      files: [{ path: '.github/workflows/health.yml', from: 'health.yml' }],
      title: 'Health',
    };
  },
  bad: (folder) => {
    smallRepository(folder);
    return { repo: 'repo', branch: 'golive/health', files: [{ path: 'x', from: 'absent.yml' }], title: 'Health' };
  },
  badCode: 'NOT_FOUND',
});

let world: Proposals;
let base = '';
let repo = '';
let remote = '';
beforeEach(() => {
  world = proposalsIn();
  ({ base, repo, remote } = world);
});

describe('the branch of pr.prepare', () => {
  test('that is to merge by itself: the command for a person asks for that', async () => {
    const { outputs } = passed(await world.prepare({ autoMerge: 'squash' }));
    expect(outputs.command).toMatch(/ --body '' && gh pr merge golive\/health --auto --squash$/);
  });
  test('has one commit, the checkout is not touched, and a person gets the command', async () => {
    writeFileSync(join(repo, 'notes.md'), 'in the middle of something\n');
    const { outputs } = passed(await world.prepare());
    expect(git(repo, 'show', 'golive/health:ci/health.yml')).toBe('on: schedule');
    expect(git(repo, 'rev-list', '--count', 'main..golive/health')).toBe('1');
    expect([git(repo, 'status', '--porcelain'), git(repo, 'branch', '--show-current')]).toEqual(['M notes.md', 'main']);
    expect(git(repo, 'worktree', 'list').split('\n')).toHaveLength(1);
    expect(outputs).toMatchObject({
      pushed: false,
      opened: false,
      state: 'none',
      url: '',
      reason: '',
      command: `git push origin golive/health && gh pr create --base main --head golive/health --title 'Check '\\''health'\\''' --body ''`,
    });
    expect(passed(await world.prepare({}, { epoch: 2 })).outputs.commit).toBe(outputs.commit);
    for (const left of ['golive.work', 'golive.index']) expect(existsSync(join(repo, '.git', left))).toBe(false);
  });
  test('a text of several lines is taken from the commit', async () => {
    const { outputs } = passed(await world.prepare({ body: "It's why.\n\nMore." }));
    expect(outputs.command).toContain(`--body "$(git log -1 --format=%b ${String(outputs.commit)})"`);
    expect(git(repo, 'log', '-1', '--format=%s%n%b', 'golive/health')).toBe("Check 'health'\nIt's why.\n\nMore.");
    const [, command = ''] = String(outputs.command).split(' && gh ');
    expect(
      execFileSync('sh', ['-c', `printf %s ${command.slice(command.indexOf('"$('))}`], { cwd: repo }).toString(),
    ).toBe("It's why.\n\nMore.");
  });
  test('a second proposal of the same step takes the place of its first, one of another step does not', async () => {
    const first = passed(await world.prepare()).outputs.commit;
    world.health('on: push\n');
    const { outputs } = passed(await world.prepare({}, { epoch: 2 }));
    expect(outputs.commit).not.toBe(first);
    expect(git(repo, 'rev-list', '--count', 'main..golive/health')).toBe('1');
    world.health('on: never\n');
    expect(failed(await world.prepare({}, { step: 'other' })).message).toMatch(
      /is the proposal of shop\/kit\/step; it is left/,
    );
    expect(git(repo, 'rev-parse', 'golive/health')).toBe(outputs.commit);
  });
  test('of somebody else is left as it is, whatever its author is called', async () => {
    git(repo, 'branch', 'golive/health', 'main~1');
    const before = git(repo, 'rev-parse', 'golive/health');
    expect(failed(await world.prepare()).message).toContain('somebody else');
    expect(git(repo, 'rev-parse', 'golive/health')).toBe(before);
    git(repo, 'checkout', '--quiet', 'golive/health');
    const golive = ['-c', 'user.name=golive', '-c', 'user.email=golive@localhost'];
    git(repo, ...golive, 'commit', '--quiet', '--allow-empty', '-m', 'as golive');
    git(repo, 'checkout', '--quiet', 'main');
    expect(failed(await world.prepare()).message).toContain('somebody else');
  });
  test('that is checked out is not moved below its files', async () => {
    passed(await world.prepare());
    git(repo, 'worktree', 'add', '--quiet', join(base, 'two'), 'golive/health');
    world.health('on: push\n');
    expect(failed(await world.prepare({}, { epoch: 2 })).message).toMatch(
      /is checked out in .*two; it is left as it is/,
    );
  });
  test('is made of objects: what is left of an attempt that was killed is no hindrance', async () => {
    mkdirSync(join(repo, '.git', 'golive.work'));
    writeFileSync(join(repo, '.git', 'golive.index'), 'torn');
    writeFileSync(join(repo, '.git', 'golive.index.lock'), '');
    passed(await world.prepare());
  });
  test('is made in a bare repository, too', async () => {
    git(base, 'clone', '--quiet', '--bare', repo, join(base, 'bare.git'));
    passed(await world.prepare({ repo: 'bare.git' }));
    expect(git(join(base, 'bare.git'), 'show', 'golive/health:ci/health.yml')).toBe('on: schedule');
  });
  test('stands on the branch of the remote where there is no own, and is refused where there is none', async () => {
    git(base, 'clone', '--quiet', repo, join(base, 'clone'));
    git(join(base, 'clone'), 'checkout', '--quiet', '--detach');
    git(join(base, 'clone'), 'branch', '-D', 'main');
    passed(await world.prepare({ repo: 'clone' }));
    expect(failed(await world.prepare({ base: 'nomain' })).message).toMatch(/There is no branch nomain/);
  });
  test('in a fresh clone, what another clone has pushed is found by its files', async () => {
    world.withRemote();
    git(repo, 'push', '--quiet', 'origin', 'main');
    const { commit } = passed(await world.prepare({ remote: 'origin' })).outputs;
    git(base, 'clone', '--quiet', remote, join(base, 'fresh'));
    expect(passed(await world.prepare({ repo: 'fresh', remote: 'origin' }, { epoch: 2 })).outputs).toMatchObject({
      commit,
      pushed: true,
    });
  });
});
