import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { commitAll, git, smallRepository } from '../../kits/small-repository.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

function rulesIn(base: string, paths: readonly string[]): string {
  const repo = smallRepository(base);
  for (const path of paths) {
    mkdirSync(dirname(join(repo, path)), { recursive: true });
    writeFileSync(join(repo, path), `${path}\n`);
  }
  commitAll(repo, 'rules');
  return repo;
}
const select = (base: string, more: object = {}) =>
  runStep(
    'git.select',
    { repo: 'repo', below: 'candidate', to: 'src', take: 2, ...more },
    { goLive: { baseDir: base } },
  );

stepKit('git.select', {
  good: (folder) => {
    rulesIn(folder, ['candidate/a.js']);
    return { repo: 'repo', below: 'candidate', to: 'src', take: 1 };
  },
  bad: () => ({ repo: 'nowhere', below: 'candidate', to: 'src', take: 1 }),
  badCode: 'NOT_FOUND',
});

describe('git.select', () => {
  test('names the next files in the order of their bytes, as the branch has them', async () => {
    const base = temporaryFolder();
    const repo = rulesIn(base, [
      'candidate/b.js',
      'candidate/a/z.js',
      'candidate/Ä.js',
      'candidate/B.js',
      'src/a.js',
      'candidated.js',
    ]);
    writeFileSync(join(repo, 'candidate', 'A.js'), 'not committed');
    rmSync(join(repo, 'candidate', 'B.js'));
    const { outputs } = passed(await select(base, { take: 3 }));
    expect(outputs).toMatchObject({
      left: 4,
      there: 1,
      count: 3,
      skipped: 0,
      taken: 0,
      commit: git(repo, 'rev-parse', 'HEAD'),
    });
    expect(outputs.moves).toEqual(
      ['B.js', 'a/z.js', 'b.js'].map((name) => ({ path: `candidate/${name}`, to: `src/${name}` })),
    );
    expect(outputs).toMatchObject({ first: 'candidate/B.js', last: 'candidate/b.js' });
  });
  test('passes over what it is told, and what has its place taken', async () => {
    const base = temporaryFolder();
    rulesIn(base, ['candidate/a.js', 'candidate/b.js', 'candidate/c.js', 'src/b.js']);
    const { outputs } = passed(await select(base, { skip: ['candidate/a.js'] }));
    expect(outputs).toMatchObject({ left: 3, count: 1, skipped: 1, taken: 1, first: 'candidate/c.js' });
    const failure = failed(await select(base, { skip: ['candidate/nothing.js'] }));
    expect([failure.code, failure.message]).toEqual([
      'BAD_INPUT',
      'main has no file candidate/nothing.js that could be passed over.',
    ]);
  });
  test('nothing left is said, and no branch is a failure', async () => {
    const base = temporaryFolder();
    rulesIn(base, ['src/a.js']);
    expect(passed(await select(base)).outputs).toMatchObject({ left: 0, count: 0, moves: [], first: '' });
    expect(failed(await select(base, { base: 'release' })).code).toBe('NOT_FOUND');
  });
  test.each(['../x', 'a/../b', '/a', 'a/', './a', 'a//b', ''])('the folder %j is none', async (below) => {
    const base = temporaryFolder();
    rulesIn(base, ['src/a.js']);
    expect(failed(await select(base, { below })).code).toBe('BAD_INPUT');
  });
});
