import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Proposals, proposalsIn } from '../../kits/proposals.js';
import { commitAll, git } from '../../kits/small-repository.js';
import { failed, passed } from '../../kits/step-run.js';

let world: Proposals;
let repo = '';
beforeEach(() => {
  world = proposalsIn();
  ({ repo } = world);
  mkdirSync(join(repo, 'candidate'));
  for (const name of ['a', 'b']) writeFileSync(join(repo, 'candidate', `${name}.sh`), `echo ${name}\r\n`);
  chmodSync(join(repo, 'candidate', 'a.sh'), 0o755);
  commitAll(repo, 'candidates');
});
const moves = [
  { path: 'candidate/a.sh', to: 'src/a.sh' },
  { path: 'candidate/b.sh', to: 'src/deep/b.sh' },
];

describe('the moves of pr.prepare', () => {
  test('one commit, each file byte for byte and with its mode, its history followed; nothing is checked out', async () => {
    const { outputs } = passed(await world.prepare({ moves, files: [] }));
    const commit = String(outputs.commit);
    expect(git(repo, 'rev-list', '--count', `main..${commit}`)).toBe('1');
    expect(
      git(repo, 'diff', '--raw', '-M100%', '--no-abbrev', 'main', commit)
        .split('\n')
        .map((line) => line.split(' ').at(-1)?.slice(0, 4)),
    ).toEqual(['R100', 'R100']);
    expect(git(repo, 'ls-tree', '-r', '--name-only', commit, 'candidate', 'src').split('\n')).toEqual([
      'src/a.sh',
      'src/deep/b.sh',
    ]);
    expect(git(repo, 'ls-tree', commit, 'src/a.sh')).toMatch(/^100755/);
    expect(git(repo, 'log', '--follow', '--format=%s', commit, '--', 'src/deep/b.sh').split('\n')).toContain(
      'candidates',
    );
    expect(git(repo, 'status', '--porcelain')).toBe('');
    expect(passed(await world.prepare({ moves, files: [] })).outputs.commit).toBe(commit);
  });
  test('with files beside them it is still one commit, in place of the one before', async () => {
    const before = passed(await world.prepare({ moves, files: [] })).outputs.commit;
    const { outputs } = passed(await world.prepare({ moves }));
    expect(outputs.commit).not.toBe(before);
    expect(git(repo, 'rev-list', '--count', `main..${String(outputs.commit)}`)).toBe('1');
    expect(git(repo, 'ls-tree', '-r', '--name-only', String(outputs.commit), 'ci', 'src').split('\n')).toHaveLength(3);
  });
  test.each<[string, object, string, string]>([
    ['a file that is not there', { path: 'candidate/c.sh', to: 'src/c.sh' }, 'NOT_FOUND', 'has no file candidate/c.sh'],
    ['a place that is taken', { path: 'candidate/a.sh', to: 'notes.md' }, 'BAD_INPUT', 'notes.md is there already'],
    ['a place below a file', { path: 'candidate/a.sh', to: 'notes.md/a.sh' }, 'BAD_INPUT', 'notes.md is there already'],
    ['a place that is a folder', { path: 'notes.md', to: 'candidate' }, 'BAD_INPUT', 'candidate is there already'],
    ['a place outside', { path: 'candidate/a.sh', to: '../a.sh' }, 'BAD_INPUT', 'is no path of a file'],
    ['a place within git', { path: 'candidate/a.sh', to: '.git/hooks/a' }, 'BAD_INPUT', 'is no path of a file'],
  ])('%s is refused, and nothing is made', async (_name, move, code, message) => {
    const failure = failed(await world.prepare({ moves: [moves[1], move], files: [] }));
    expect([failure.code, failure.message]).toEqual([code, expect.stringContaining(message)]);
    expect(git(repo, 'branch', '--list', 'golive/*')).toBe('');
  });
  test.each(['git~1/a.sh', '.git./a.sh', 'src/.git /a.sh', '.g\u200Cit/a.sh', 'src/GIT~1'])(
    'a place that git takes for its own loses nothing: %j',
    async (to) => {
      const failure = failed(await world.prepare({ moves: [{ path: 'candidate/a.sh', to }], files: [] }));
      expect([failure.code, failure.message]).toEqual(['BAD_INPUT', expect.stringContaining(to)]);
      expect(git(repo, 'branch', '--list', 'golive/*')).toBe('');
    },
  );
  test('a name with a tab, or that is no UTF-8, is no other', async () => {
    writeFileSync(join(repo, 'candidate', 'a.sh\tcopy'), 'another\n');
    writeFileSync(
      Buffer.concat([Buffer.from(join(repo, 'candidate', 'caf')), Buffer.from([0xe9]), Buffer.from('.sh')]),
      'x\n',
    );
    commitAll(repo, 'odd names');
    const { outputs } = passed(await world.prepare({ moves: [moves[0]], files: [] }));
    expect(git(repo, 'show', `${String(outputs.commit)}:src/a.sh`)).toBe('echo a');
    const odd = { path: 'candidate/caf\uFFFD.sh', to: 'src/cafe.sh' };
    expect(failed(await world.prepare({ moves: [odd], files: [] })).code).toBe('BAD_INPUT');
  });
  test('a submodule, and one file to two places, are refused', async () => {
    git(repo, 'update-index', '--add', '--cacheinfo', `160000,${git(repo, 'rev-parse', 'HEAD')},sub`);
    git(repo, 'commit', '--quiet', '-m', 'submodule');
    const sub = { path: 'sub', to: 'src/sub' };
    expect(failed(await world.prepare({ moves: [sub], files: [] })).message).toContain('is a submodule');
    const twice = [moves[0], { path: 'candidate/a.sh', to: 'src/c.sh' }];
    expect(failed(await world.prepare({ moves: twice, files: [] })).message).toContain('it is moved twice');
  });
  test('two to one place are refused, and neither files nor moves are none', async () => {
    const both = moves.map(({ path }) => ({ path, to: 'src/x.sh' }));
    expect(failed(await world.prepare({ moves: both, files: [] })).message).toContain('cannot be two files');
    expect(failed(await world.prepare({ files: [] })).code).toBe('BAD_INPUT');
  });
});
