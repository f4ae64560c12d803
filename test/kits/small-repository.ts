import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

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
