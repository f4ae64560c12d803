import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { git, smallRepository } from '../../kits/small-repository.js';
import { passed, runStep, type StepRun, temporaryFolder } from '../../kits/step-run.js';

/** Eight with GOLIVE_ALL. */
const MANY = Array.from({ length: process.env.GOLIVE_ALL ? 8 : 4 }, (_, index) => index + 1);

test(`${MANY.length} reverts and as many pull requests at once in one repository: all are made, once, and what each says is so`, async () => {
  const base = temporaryFolder();
  const repo = smallRepository(base);
  const remote = join(base, 'remote.git');
  execFileSync('git', ['init', '--quiet', '--bare', '-b', 'main', remote]);
  git(repo, 'remote', 'add', 'origin', remote);
  const all = (content: string, message: (one: number) => string | undefined): void => {
    for (const one of MANY) {
      writeFileSync(join(repo, `f${one}`), content);
      git(repo, 'add', '-A');
      const text = message(one);
      if (text !== undefined) git(repo, 'commit', '--quiet', '-m', text);
    }
  };
  all('good\n', () => undefined);
  git(repo, 'commit', '--quiet', '-m', 'good');
  all('bad\n', (one) => `change ${one} order`);
  const before = Number(git(repo, 'rev-list', '--count', 'main'));
  const step = (kind: string, input: object, one: number): Promise<StepRun> => {
    const goLive = { baseDir: base, target: `t${one}`, evidenceDir: join(base, `evidence-${kind}-${one}`) };
    return runStep(kind, { repo: 'repo', ...input }, { goLive, task: { timeoutMs: 400_000 } });
  };
  const revert = (one: number) => step('git.revert', { message: `change ${one} order`, file: `f${one}` }, one);
  const propose = (one: number) => {
    writeFileSync(join(base, `p${one}`), `proposal ${one}\n`);
    const files = [{ path: `p${one}`, from: `p${one}` }];
    return step('pr.prepare', { branch: `golive/p${one}`, files, title: `Proposal ${one}`, remote: 'origin' }, one);
  };
  const [reverts, proposals] = await Promise.all([Promise.all(MANY.map(revert)), Promise.all(MANY.map(propose))]);

  const made = reverts.map((run) => passed(run).outputs);
  expect(made.map(({ restored }) => restored)).toEqual(MANY.map(() => true));
  expect(new Set(made.map(({ revert: commit }) => commit)).size).toBe(MANY.length);
  expect(Number(git(repo, 'rev-list', '--count', 'main')) - before).toBe(MANY.length);
  expect(MANY.map((one) => readFileSync(join(repo, `f${one}`), 'utf8'))).toEqual(MANY.map(() => 'good\n'));
  expect(git(repo, 'status', '--porcelain')).toBe('');

  proposals.forEach((run, index) => {
    const { outputs } = passed(run);
    const branch = `golive/p${index + 1}`;
    expect(outputs).toMatchObject({ branch, pushed: true });
    expect(git(remote, 'rev-parse', branch)).toBe(outputs.commit);
    expect(git(remote, 'diff', '--name-only', `${branch}~1`, branch)).toBe(`p${index + 1}`);
  });
  expect(git(remote, 'branch', '--list').split('\n')).toHaveLength(MANY.length);
}, 600_000);
