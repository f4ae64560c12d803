import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { git, smallRepository } from './small-repository.js';
import { runStep, type StepRun, temporaryFolder } from './step-run.js';

/** A repository, a file to propose, and a remote when it is asked for. */
export interface Proposals {
  base: string;
  repo: string;
  remote: string;
  prepare(more?: object, task?: object, env?: NodeJS.ProcessEnv): Promise<StepRun>;
  withRemote(): void;
  /** Somebody else's commit on the remote's branch, under golive's own name: anybody can call himself so. */
  aliceOn(branch: string): string;
  /** Gives the proposed file another content. */
  health(content: string): void;
}

export function proposalsIn(): Proposals {
  const base = temporaryFolder();
  const repo = smallRepository(base);
  const remote = join(base, 'remote.git');
  const health = (content: string): void => writeFileSync(join(base, 'health.yml'), content);
  health('on: schedule\n');
  return {
    base,
    repo,
    remote,
    health,
    prepare: (more = {}, task = {}, env = undefined) =>
      runStep(
        'pr.prepare',
        {
          repo: 'repo',
          branch: 'golive/health',
          files: [{ path: 'ci/health.yml', from: 'health.yml' }],
          title: "Check 'health'",
          ...more,
        },
        { goLive: { baseDir: base }, task, env },
      ),
    withRemote: () => {
      execFileSync('git', ['init', '--quiet', '--bare', '-b', 'main', remote]);
      git(repo, 'remote', 'add', 'origin', remote);
    },
    aliceOn: (branch) => {
      const alice = join(base, 'alice');
      git(base, 'clone', '--quiet', repo, alice);
      git(alice, 'checkout', '--quiet', '-b', branch);
      writeFileSync(join(alice, 'work.txt'), 'work\n');
      git(alice, 'add', '-A');
      const golive = ['-c', 'user.name=golive', '-c', 'user.email=golive@localhost'];
      git(alice, ...golive, 'commit', '--quiet', '-m', 'work of Alice');
      git(alice, 'push', '--quiet', '--force', remote, branch);
      return git(alice, 'rev-parse', 'HEAD');
    },
  };
}
