import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { credentialSpots } from '../../../evidence/credentials.js';
import type { Git } from '../../../kinds/git/git.js';
import { SecretSearch } from '../../../kinds/security/search-secrets.js';
import { fillHistory, foundIn, innocentRepository, type Row, search, token, TOKEN } from '../../kits/secret-search.js';
import { commitAll, git } from '../../kits/small-repository.js';
import { failed, passed, temporaryFolder } from '../../kits/step-run.js';

describe('the history', () => {
  /** Puts a token somewhere and gives where it is to be found. */
  const PUT: readonly [string, (repo: string, secret: string) => Partial<Row>][] = [
    [
      'a file that was deleted',
      (repo, secret) => {
        writeFileSync(join(repo, 'old.txt'), `x\n${secret}\n`);
        const commit = commitAll(repo, 'with it');
        rmSync(join(repo, 'old.txt'));
        commitAll(repo, 'without it');
        return { commit, path: 'old.txt', line: 2, history: true, tree: false };
      },
    ],
    [
      'a branch that is not checked out',
      (repo, secret) => {
        git(repo, 'checkout', '--quiet', '-b', 'side');
        writeFileSync(join(repo, 'side.txt'), secret);
        const commit = commitAll(repo, 'side');
        git(repo, 'checkout', '--quiet', 'main');
        return { commit, path: 'side.txt', line: 1 };
      },
    ],
    [
      'the second last stash, in a file that was not known',
      (repo, secret) => {
        writeFileSync(join(repo, 'stashed.txt'), secret);
        git(repo, 'stash', 'push', '--quiet', '-u');
        writeFileSync(join(repo, 'app.ts'), 'export const a = 2;\n');
        git(repo, 'stash', 'push', '--quiet');
        return { path: 'stashed.txt' };
      },
    ],
    [
      'a commit that only a tag holds',
      (repo, secret) => {
        git(repo, 'checkout', '--quiet', '--detach');
        writeFileSync(join(repo, 'tagged.txt'), secret);
        const commit = commitAll(repo, 'tagged');
        git(repo, 'tag', 'v1');
        git(repo, 'checkout', '--quiet', 'main');
        return { commit, path: 'tagged.txt' };
      },
    ],
    [
      'a tag of a file by itself',
      (repo, secret) => {
        const hash = execFileSync('git', ['-C', repo, 'hash-object', '-w', '--stdin'], {
          input: secret,
          encoding: 'utf8',
        });
        git(repo, 'tag', 'lone', hash.trim());
        return { commit: 'none', path: `object ${hash.trim()}` };
      },
    ],
    [
      'the text of a commit',
      (repo, secret) => ({ commit: commitAll(repo, `Use\n\n${secret}`), path: '(text of a commit)' }),
    ],
    [
      'the text of a tag',
      (repo, secret) => {
        git(repo, 'tag', '-a', 'v2', '-m', secret);
        return { commit: git(repo, 'rev-parse', 'v2'), path: '(text of a tag)' };
      },
    ],
    [
      'a note',
      (repo, secret) => {
        git(repo, 'notes', 'add', '-m', secret);
        return { commit: git(repo, 'rev-parse', 'refs/notes/commits') };
      },
    ],
    [
      'what is staged, and was changed since',
      (repo, secret) => {
        writeFileSync(join(repo, 'staged.txt'), secret);
        git(repo, 'add', 'staged.txt');
        writeFileSync(join(repo, 'staged.txt'), 'nothing');
        return { commit: 'index', path: 'staged.txt', history: true };
      },
    ],
    [
      'a merge that brings what no parent has',
      (repo, secret) => {
        git(repo, 'checkout', '--quiet', '-b', 'other');
        commitAll(repo, 'other');
        git(repo, 'checkout', '--quiet', 'main');
        git(repo, 'merge', '--quiet', '--no-ff', '--no-commit', 'other');
        writeFileSync(join(repo, 'merged.txt'), secret);
        const commit = commitAll(repo, 'merge');
        rmSync(join(repo, 'merged.txt'));
        commitAll(repo, 'gone');
        return { commit, path: 'merged.txt' };
      },
    ],
    [
      'a name with a line end, an umlaut and a blank',
      (repo, secret) => {
        writeFileSync(join(repo, 'ä b\nc:d'), secret);
        const commit = commitAll(repo, 'name');
        rmSync(join(repo, 'ä b\nc:d'));
        return { commit, path: 'ä b\nc:d' };
      },
    ],
  ];
  test.each(PUT)('%s', async (_, put) => {
    const repo = innocentRepository();
    const place = put(repo, TOKEN);
    const run = await search(repo);
    expect(passed(run).outputs).toMatchObject({ findings: 1, history: 1, tree: 0, skipped: 0 });
    expect(foundIn(run)).toMatchObject([{ rule: 'github-token', ...place }]);
  });

  test('the oldest commit is told, in whatever folder the step was given; each content is read once', async () => {
    const repo = innocentRepository();
    mkdirSync(join(repo, 'sub'));
    writeFileSync(join(repo, 'sub', 'a.txt'), TOKEN);
    const commit = commitAll(repo, 'first');
    writeFileSync(join(repo, 'b.txt'), TOKEN);
    writeFileSync(join(repo, 'app.ts'), 'export const a = 3;\n');
    commitAll(repo, 'second');
    const run = await search(join(repo, 'sub'));
    expect(passed(run).outputs).toMatchObject({
      findings: 2,
      tree: 2,
      history: 2,
      scannedFiles: 3,
      scannedBlobs: 3,
      scannedMessages: 3,
      dirty: false,
      commit: git(repo, 'rev-parse', 'HEAD'),
    });
    expect(foundIn(run)).toMatchObject([{ path: 'b.txt' }, { path: 'sub/a.txt', commit, tree: true, history: true }]);
  });

  test('the last of many is found, and no secret stands in what the step leaves', async () => {
    const repo = innocentRepository();
    const many = 12_300;
    fillHistory(repo, many, (nth) => (nth % 4100 === 4099 ? `line\n${token(nth)}\n` : `content ${nth}\n`));
    const run = await search(repo);
    const { outputs, summary } = passed(run);
    expect(outputs).toMatchObject({ findings: 3, history: 3, tree: 0, scannedBlobs: many + 1, scannedFiles: 1 });
    expect(foundIn(run).map(({ path, line }) => [path, line])).toEqual([
      ['f/12299', 2],
      ['f/4099', 2],
      ['f/8199', 2],
    ]);
    const left = readdirSync(run.folder, { withFileTypes: true }).filter((entry) => entry.isFile());
    const told = left.map(({ name }) => readFileSync(join(run.folder, name), 'utf8')).join('') + summary;
    for (const nth of [4099, 8199, 12_299]) {
      for (let at = 4; at + 10 <= token(nth).length; at += 5) expect(told).not.toContain(token(nth).slice(at, at + 10));
    }
    expect(run.heartbeats.length).toBeGreaterThan(0);
  }, 120_000);
});

describe('what is not run is never zero', () => {
  test.each<[string, (repo: string, folder: string) => string, string, string]>([
    ['no repository', (_, folder) => folder, 'NOT_FOUND', 'belongs to no work tree'],
    [
      'a bare repository',
      (repo, folder) => (git(folder, 'clone', '--quiet', '--bare', repo, 'bare'), join(folder, 'bare')),
      'NOT_FOUND',
      'belongs to no work tree',
    ],
    [
      'a shallow clone',
      (repo, folder) => {
        commitAll(repo, 'second');
        git(folder, 'clone', '--quiet', '--depth=1', `file://${repo}`, 'shallow');
        return join(folder, 'shallow');
      },
      'EXPECTATION_FAILED',
      'is not whole',
    ],
    [
      'a missing content',
      (repo) => {
        writeFileSync(join(repo, 'old.txt'), TOKEN);
        commitAll(repo, 'with it');
        const hash = git(repo, 'rev-parse', 'HEAD:old.txt');
        rmSync(join(repo, 'old.txt'));
        commitAll(repo, 'without it');
        rmSync(join(repo, '.git', 'objects', hash.slice(0, 2), hash.slice(2)), { force: true });
        return repo;
      },
      'EXPECTATION_FAILED',
      'the history is not whole',
    ],
    [
      'a missing commit',
      (repo) => {
        const hash = git(repo, 'rev-parse', 'HEAD');
        commitAll(repo, 'second');
        rmSync(join(repo, '.git', 'objects', hash.slice(0, 2), hash.slice(2)), { force: true });
        return repo;
      },
      'EXPECTATION_FAILED',
      'git rev-list',
    ],
    [
      'no commit and no file',
      (_, folder) => (git(folder, 'init', '--quiet', 'empty'), join(folder, 'empty')),
      'EXPECTATION_FAILED',
      'has no file',
    ],
    [
      'no commit',
      (_, folder) => {
        git(folder, 'init', '--quiet', 'new');
        writeFileSync(join(folder, 'new', 'a.txt'), 'a');
        return join(folder, 'new');
      },
      'EXPECTATION_FAILED',
      'holds no file',
    ],
  ])('%s', async (_, make, code, words) => {
    const folder = temporaryFolder();
    const failure = failed(await search(make(innocentRepository(folder), folder)));
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(words);
  });

  test('a search that does not find what was planted', async () => {
    const repo = innocentRepository();
    const blind = {
      credentialSpots: () => Promise.resolve([]),
      progress: () => undefined,
      signal: AbortSignal.abort(),
    };
    const never = (): never => {
      throw new Error('nothing is read before it is shown that something would be found');
    };
    const noGit = { try: never, text: never, line: never, feed: never, digest: never, pour: never };
    const run = new SecretSearch(noGit, repo, { largest: 1024, timeoutMs: 1000, evidence: '/evidence' }, blind).run();
    await expect(run).rejects.toThrow('what was planted for aws-key-id is not found');
  });

  test('a search that is stopped ends before it reads on', async () => {
    const repo = innocentRepository();
    const never = (): never => {
      throw new Error('the search went on');
    };
    const pour: Git['pour'] = ({ cut, take }, command) => {
      if (cut !== undefined && command === 'ls-files') take(`100644 ${'a'.repeat(40)} 0\tapp.ts`);
      return Promise.resolve();
    };
    const lone: Git = { try: never, text: never, line: never, feed: never, digest: never, pour };
    const stopped = { credentialSpots, progress: () => undefined, signal: AbortSignal.abort() };
    const limits = { largest: 1024, timeoutMs: 1000, evidence: '/evidence' };
    await expect(new SecretSearch(lone, repo, limits, stopped).run()).rejects.toThrow('was stopped');
  });
});
