import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Proposals, proposalsIn } from '../../kits/proposals.js';
import { git, insteadOfGit } from '../../kits/small-repository.js';
import { failed, passed } from '../../kits/step-run.js';

let world: Proposals;
let base = '';
let repo = '';
let remote = '';
beforeEach(() => {
  world = proposalsIn();
  ({ base, repo, remote } = world);
});

describe('the push of pr.prepare', () => {
  test('is read back', async () => {
    world.withRemote();
    const { outputs } = passed(await world.prepare({ remote: 'origin' }));
    expect(outputs).toMatchObject({ pushed: true, opened: false, command: expect.stringMatching(/^gh pr create /) });
    expect(git(remote, 'rev-parse', 'golive/health')).toBe(outputs.commit);
  });
  test('leaves a branch with commits of somebody else as it is, fetched or not, whatever its author is called', async () => {
    world.withRemote();
    const alices = world.aliceOn('golive/health');
    expect(failed(await world.prepare({ remote: 'origin' })).message).toMatch(
      /origin has a branch golive\/health at .* left as/,
    );
    git(repo, 'fetch', '--quiet', 'origin');
    expect(failed(await world.prepare({ remote: 'origin' }, { epoch: 2 })).message).toMatch(/that golive did not make/);
    expect(git(remote, 'rev-parse', 'golive/health')).toBe(alices);
  });
  test('takes the place of an own commit, and not of what somebody has put on it', async () => {
    world.withRemote();
    const first = passed(await world.prepare({ remote: 'origin' })).outputs.commit;
    world.health('on: push\n');
    const second = passed(await world.prepare({ remote: 'origin' }, { epoch: 2 })).outputs.commit;
    expect(git(remote, 'rev-parse', 'golive/health')).toBe(second);
    expect(second).not.toBe(first);
    const alices = world.aliceOn('golive/health2');
    git(remote, 'update-ref', 'refs/heads/golive/health', alices);
    world.health('on: never\n');
    failed(await world.prepare({ remote: 'origin' }, { epoch: 3 }));
    expect(git(remote, 'rev-parse', 'golive/health')).toBe(alices);
  });
  test('does not go over what somebody has put there since it was looked', async () => {
    world.withRemote();
    passed(await world.prepare({ remote: 'origin' }));
    const alices = world.aliceOn('golive/health2');
    const moves = `-C ${remote} update-ref refs/heads/golive/health ${alices}`;
    const env = insteadOfGit(base, (real) => `case " $* " in *" push "*) ${real} ${moves} ;; esac`);
    world.health('on: push\n');
    const failure = failed(await world.prepare({ remote: 'origin' }, { epoch: 2 }, env));
    expect(failure.message).toMatch(/that golive did not make/);
    expect(git(remote, 'rev-parse', 'golive/health')).toBe(alices);
  });
  test('goes where the remote is pushed to', async () => {
    world.withRemote();
    const fork = join(base, 'fork.git');
    execFileSync('git', ['init', '--quiet', '--bare', fork]);
    git(repo, 'remote', 'set-url', '--push', 'origin', fork);
    const { outputs } = passed(await world.prepare({ remote: 'origin' }));
    expect(git(fork, 'rev-parse', 'golive/health')).toBe(outputs.commit);
    expect(git(remote, 'branch', '--list')).toBe('');
  });
  test('to nowhere fails with what git says', async () => {
    git(repo, 'remote', 'add', 'origin', join(base, 'nowhere.git'));
    const failure = failed(await world.prepare({ remote: 'origin' }));
    expect(failure.code).toBe('EXPECTATION_FAILED');
    expect(failure.message).toMatch(
      /git could not read origin; .*nowhere\.git' does not appear to be a git repository/,
    );
    expect(failed(await world.prepare({ remote: 'upstream' })).message).toMatch(
      /has no remote that is called upstream/,
    );
    git(repo, 'remote', 'set-url', 'origin', 'https://user:pass-canary@127.0.0.1:9/x.git');
    const refused = failed(await world.prepare({ remote: 'origin' }));
    expect(refused.code).toBe('CONNECTION_FAILED');
    expect(JSON.stringify(refused)).not.toContain('pass-canary');
    git(repo, 'remote', 'set-url', 'origin', 'git://user:pass-canary@127.0.0.1:9/x.git');
    expect(JSON.stringify(failed(await world.prepare({ remote: 'origin' })))).not.toContain('pass-canary');
  });
  test('without the rights is left for a person, with the reason', async () => {
    world.withRemote();
    writeFileSync(
      join(remote, 'hooks', 'pre-receive'),
      '#!/bin/sh\necho "GH006: Protected branch update failed" >&2\nexit 1\n',
      {
        mode: 0o755,
      },
    );
    const { outputs, summary } = passed(await world.prepare({ remote: 'origin' }));
    expect(outputs).toMatchObject({
      pushed: false,
      command: expect.stringMatching(/^git push origin golive\/health && gh pr create/),
      reason: expect.stringContaining('git may not push to origin'),
    });
    expect(summary).toContain('left for a person, for git may not push');
  });
  test.each([
    ['echo "No pushes on a Friday, ask Eve" >&2', 'No pushes on a Friday, ask Eve'],
    ['echo "error: the build is red" >&2; echo "See the board." >&2', 'error: the build is red'],
    ['true', '[remote rejected] (pre-receive hook declined)'],
  ])('quotes a hook of the remote that refuses (%s)', async (says, quoted) => {
    world.withRemote();
    writeFileSync(join(remote, 'hooks', 'pre-receive'), `#!/bin/sh\n${says}\nexit 1\n`, { mode: 0o755 });
    const { outputs } = passed(await world.prepare({ remote: 'origin' }));
    expect(outputs.reason).toBe(`git may not push to origin; it last said: ${quoted}`);
  });
  test('runs no program that the repository names for the other end', async () => {
    world.withRemote();
    const ran = join(base, 'ran');
    for (const end of ['receive', 'upload'])
      for (const name of ['origin', remote, `file://${remote}`])
        git(repo, 'config', `remote.${name}.${end}pack`, `touch ${ran}; git-${end}-pack`);
    expect(passed(await world.prepare({ remote: 'origin' })).outputs.pushed).toBe(true);
    expect(existsSync(ran)).toBe(false);
  });
  test('calls no hook of the repository', async () => {
    world.withRemote();
    writeFileSync(join(repo, '.git', 'hooks', 'pre-push'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    expect(passed(await world.prepare({ remote: 'origin' })).outputs.pushed).toBe(true);
  });
});
