import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Runs git in a repository, and gives what it printed. */
export const git = (repo: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', '-C', repo, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();

/** Makes `<folder>/repo`: a file that one order changed, and one that another made. */
export function smallRepository(folder: string): string {
  const repo = join(folder, 'repo');
  mkdirSync(repo, { recursive: true });
  git(repo, 'init', '--quiet', '-b', 'main');
  const commit = (name: string, content: string, message: string): void => {
    writeFileSync(join(repo, name), content);
    git(repo, 'add', '-A');
    git(repo, 'commit', '--quiet', '-m', message);
  };
  commit('notes.md', 'one\n', 'start');
  commit('notes.md', 'one\nrisky\n', 'order risky-1: write notes.md');
  commit('other.md', 'x\n', 'order made-1: write other.md');
  return repo;
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
