import { afterAll } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Runs git in a repository, and gives what it printed. */
export const git = (repo: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', '-C', repo, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();

/** Commits all that stands in the work tree: by a shell, since each program costs much that a whole test file starts. */
export function commitAll(repo: string, message: string): string {
  const script = 'git add -A && git "$@" && git rev-parse HEAD';
  const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org'];
  const args = [...who, 'commit', '--quiet', '--allow-empty', '-m', message];
  return execFileSync('sh', ['-c', script, 'sh', ...args], { cwd: repo, encoding: 'utf8' }).trim();
}

let first: string | undefined;
afterAll(() => {
  if (first !== undefined) rmSync(first, { recursive: true, force: true });
});

/** Makes `<folder>/repo`: a file that one order changed, and one that another made. All of a test file are copies of one. */
export function smallRepository(folder: string): string {
  first ??= makeSmallRepository();
  const repo = join(folder, 'repo');
  cpSync(join(first, 'repo'), repo, { recursive: true, preserveTimestamps: true });
  return repo;
}

function makeSmallRepository(): string {
  const folder = mkdtempSync(join(tmpdir(), 'golive-repository-'));
  const repo = join(folder, 'repo');
  mkdirSync(repo);
  git(repo, 'init', '--quiet', '--template=', '-b', 'main');
  mkdirSync(join(repo, '.git', 'hooks'));
  const commit = (name: string, content: string, message: string): void => {
    writeFileSync(join(repo, name), content);
    commitAll(repo, message);
  };
  commit('notes.md', 'one\n', 'start');
  commit('notes.md', 'one\nrisky\n', 'order risky-1: write notes.md');
  commit('other.md', 'x\n', 'order made-1: write other.md');
  return folder;
}

/**
 * The environment in which another program stands for git.
 *
 * @param script of a shell: what it does before it is git, or instead
 */
export function insteadOfGit(base: string, script: (real: string) => string): NodeJS.ProcessEnv {
  const path = process.env.PATH ?? '';
  const real = join(path.split(delimiter).find((folder) => existsSync(join(folder, 'git'))) ?? '', 'git');
  const bin = join(base, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'git'), `#!/bin/sh\n${script(real)}\nexec ${real} "$@"\n`, { mode: 0o755 });
  return { ...process.env, PATH: `${bin}${delimiter}${path}` };
}
