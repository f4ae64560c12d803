import { expect, test } from '@jest/globals';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commitAll, git, smallRepository } from './small-repository.js';
import { failed, passed, runStep, type StepRun, temporaryFolder } from './step-run.js';

/** A repository with one commit after another, and what is needed to go on in it. */
export function repositoryIn(base: string) {
  const repo = smallRepository(base);
  const write = (name: string, content: string): void => {
    mkdirSync(join(repo, name, '..'), { recursive: true });
    writeFileSync(join(repo, name), content);
  };
  const commit = (message: string): string => commitAll(repo, message);
  const risky = git(repo, 'rev-parse', 'HEAD~1');
  return { base, repo, write, commit, risky };
}
export type World = ReturnType<typeof repositoryIn>;

export const commits = (repo: string): number => Number(git(repo, 'rev-list', '--count', 'HEAD'));

export const revert = (base: string, more: object, task: object = {}, env?: NodeJS.ProcessEnv): Promise<StepRun> =>
  runStep('git.revert', { repo: 'repo', file: 'notes.md', ...more }, { goLive: { baseDir: base }, task, env });

export interface Row {
  name: string;
  /** Brings the repository into its state. @returns what the step is given besides */
  world: (world: World) => object;
  /** Sentence of the failure; then nothing may have been changed. */
  refused?: RegExp;
  restored?: boolean;
  /** Commits that the deed adds. */
  adds?: number;
  /** Of the summary. */
  says?: RegExp;
  also?: (world: World) => void;
}

export const contentIs = (content: string) => (world: World) =>
  expect(readFileSync(join(world.repo, 'notes.md'), 'utf8')).toBe(content);

/** Takes each state of a repository through a revert. */
export function revertsOf(rows: Row[]): void {
  test.each(rows)('$name', async ({ world, refused, restored, adds, says, also }) => {
    const it = repositoryIn(temporaryFolder());
    const input = world(it);
    const before = { commits: commits(it.repo), status: git(it.repo, 'status', '--porcelain') };
    const run = await revert(it.base, input);
    if (refused) {
      expect(failed(run).message).toMatch(refused);
      expect({ commits: commits(it.repo), status: git(it.repo, 'status', '--porcelain') }).toEqual(before);
    } else {
      const { outputs, summary } = passed(run);
      expect([outputs.restored, summary]).toEqual([restored, expect.stringMatching(says ?? /./)]);
      if (adds !== undefined) expect(commits(it.repo) - before.commits).toBe(adds);
    }
    also?.(it);
  });
}
