import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

const git = (repo: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', '-C', repo, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
const at = (base: string) => ({ goLive: { baseDir: base } });
const sha = (text: string) => createHash('sha256').update(text).digest('hex');

/** A repository with a file, changed by one order and made by another. */
function repository(folder: string): string {
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

stepKit('git.revert', {
  good: (folder) => {
    repository(folder);
    return { repo: 'repo', message: 'order risky-1', file: 'notes.md' };
  },
  bad: (folder) => {
    repository(folder);
    return { repo: 'repo', message: 'order never-1', file: 'notes.md' };
  },
  badCode: 'NOT_FOUND',
});

describe('git.revert', () => {
  const revert = (base: string, more: object, task: object = {}) =>
    runStep('git.revert', { repo: 'repo', file: 'notes.md', ...more }, { ...at(base), task });
  test('the file is as it was before the commit, and a second time nothing is done', async () => {
    const base = temporaryFolder();
    const repo = repository(base);
    const { outputs } = passed(await revert(base, { message: 'order risky-1' }));
    expect(outputs).toMatchObject({
      original: sha('one\n'),
      before: sha('one\nrisky\n'),
      after: sha('one\n'),
      restored: true,
    });
    expect(readFileSync(join(repo, 'notes.md'), 'utf8')).toBe('one\n');
    const head = git(repo, 'rev-parse', 'HEAD');
    const again = passed(await revert(base, { message: 'order risky-1' }, { epoch: 2 }));
    expect(again.outputs).toMatchObject({ revert: head, restored: true });
    expect(git(repo, 'rev-parse', 'HEAD')).toBe(head);
  });
  test('a file that the commit made is gone again', async () => {
    const base = temporaryFolder();
    const repo = repository(base);
    const { outputs } = passed(await revert(base, { commit: git(repo, 'rev-parse', 'HEAD'), file: 'other.md' }));
    expect(outputs).toMatchObject({ original: '', after: '', restored: true });
    expect(existsSync(join(repo, 'other.md'))).toBe(false);
  });
  test('what was changed since is told as not restored', async () => {
    const base = temporaryFolder();
    const repo = repository(base);
    writeFileSync(join(repo, 'unrelated.md'), 'y');
    git(repo, 'revert', '--no-edit', 'HEAD~1');
    writeFileSync(join(repo, 'notes.md'), 'three\n');
    git(repo, 'commit', '--quiet', '-am', 'later');
    expect(passed(await revert(base, { message: 'order risky-1' })).outputs).toMatchObject({ restored: false });
  });
  test('a conflict changes nothing', async () => {
    const base = temporaryFolder();
    const repo = repository(base);
    writeFileSync(join(repo, 'notes.md'), 'one\nrisky, and more\n');
    git(repo, 'commit', '--quiet', '-am', 'on top');
    const head = git(repo, 'rev-parse', 'HEAD');
    expect(failed(await revert(base, { message: 'order risky-1' })).message).toContain('nothing was changed');
    expect([git(repo, 'rev-parse', 'HEAD'), git(repo, 'status', '--porcelain')]).toEqual([head, '']);
  });
  test('a lock that somebody else holds for a moment is waited for', async () => {
    const base = temporaryFolder();
    const repo = repository(base);
    const lock = join(repo, '.git', 'index.lock');
    writeFileSync(lock, '');
    setTimeout(() => rmSync(lock), 600);
    expect(passed(await revert(base, { message: 'order risky-1' })).outputs).toMatchObject({ restored: true });
  });
  test('whoever commits in the repository meanwhile takes nothing of the revert into a commit of theirs', async () => {
    const base = temporaryFolder();
    const repo = repository(base);
    // Git calls its signer when what it commits is written, and not yet committed: the moment of harm.
    const signer = join(base, 'signer');
    writeFileSync(
      signer,
      `#!/bin/sh
if [ ! -e ${base}/once ]; then
  touch ${base}/once
  unset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE
  cd ${repo} && echo x > beside.md && git add beside.md
  git -c commit.gpgsign=false -c user.name=b -c user.email=b@b.test commit -qm beside
fi
cat > ${base}/signed
echo '[GNUPG:] SIG_CREATED ' >&2
echo signature
`,
      { mode: 0o755 },
    );
    git(repo, 'config', 'commit.gpgsign', 'true');
    git(repo, 'config', 'gpg.program', signer);
    expect(passed(await revert(base, { message: 'order risky-1' })).outputs).toMatchObject({ restored: true });
    expect(git(repo, 'log', '--format=%s', '-n', '2').split('\n')[1]).toBe('beside');
    expect(git(repo, 'log', '--format=', '--name-only', '-n', '1', '--grep=^beside$')).toBe('beside.md');
    expect(git(repo, 'status', '--porcelain')).toBe('');
    expect(git(repo, 'worktree', 'list').split('\n').length).toBe(1);
  });
  test('hooks of the repository do not run', async () => {
    const base = temporaryFolder();
    const repo = repository(base);
    writeFileSync(join(repo, '.git', 'hooks', 'post-commit'), `#!/bin/sh\ntouch ${join(base, 'hooked')}\n`, {
      mode: 0o755,
    });
    passed(await revert(base, { message: 'order risky-1' }));
    expect(existsSync(join(base, 'hooked'))).toBe(false);
  });
});

stepKit('pr.prepare', {
  good: (folder) => {
    repository(folder);
    writeFileSync(join(folder, 'health.yml'), 'on: schedule\n');
    return {
      repo: 'repo',
      branch: 'golive/health',
      files: [{ path: '.github/workflows/health.yml', from: 'health.yml' }],
      title: 'Health',
    };
  },
  bad: (folder) => {
    repository(folder);
    return { repo: 'repo', branch: 'golive/health', files: [{ path: 'x', from: 'absent.yml' }], title: 'Health' };
  },
  badCode: 'NOT_FOUND',
});

// The local server stands in for GitHub: it speaks the two calls of its API that are used.
describe('pr.prepare', () => {
  let api: Server;
  let base = '';
  let repo = '';
  const asked: { url: string; method: string; auth: string; body: string }[] = [];
  let status = 201;
  let standing: object[] = [];
  beforeAll(async () => {
    api = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        asked.push({
          url: request.url ?? '',
          method: request.method ?? '',
          auth: request.headers.authorization ?? '',
          body,
        });
        if (request.method === 'GET') return response.end(JSON.stringify(standing));
        response.statusCode = status;
        return response.end(JSON.stringify({ html_url: 'https://example.test/pull/7', number: 7 }));
      });
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    process.env.TEST_GITHUB = 'token-canary';
  });
  afterAll(() => {
    delete process.env.TEST_GITHUB;
    api.closeAllConnections();
    return new Promise((resolve) => api.close(resolve));
  });
  beforeEach(() => {
    base = temporaryFolder();
    repo = repository(base);
    writeFileSync(join(base, 'health.yml'), 'on: schedule\n');
    asked.length = 0;
    status = 201;
    standing = [];
  });
  const prepare = (more: object = {}, task: object = {}) =>
    runStep(
      'pr.prepare',
      {
        repo: 'repo',
        branch: 'golive/health',
        files: [{ path: 'ci/health.yml', from: 'health.yml' }],
        title: "Check 'health'",
        ...more,
      },
      { ...at(base), task },
    );
  const github = () => {
    const address = api.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    return { repository: 'acme/shop', token: { env: 'TEST_GITHUB' }, apiBase: `http://127.0.0.1:${port}` };
  };
  const withRemote = (): void => {
    execFileSync('git', ['init', '--quiet', '--bare', join(base, 'remote.git')]);
    git(repo, 'remote', 'add', 'origin', join(base, 'remote.git'));
  };

  test('the branch has one commit, the checkout is not touched, and a person gets the command', async () => {
    writeFileSync(join(repo, 'notes.md'), 'in the middle of something\n');
    const { outputs } = passed(await prepare());
    expect(git(repo, 'show', 'golive/health:ci/health.yml')).toBe('on: schedule');
    expect(git(repo, 'rev-list', '--count', 'main..golive/health')).toBe('1');
    expect([git(repo, 'status', '--porcelain'), git(repo, 'branch', '--show-current')]).toEqual(['M notes.md', 'main']);
    expect(git(repo, 'worktree', 'list').split('\n')).toHaveLength(1);
    expect(outputs).toMatchObject({
      pushed: false,
      opened: false,
      url: '',
      command: `git push origin golive/health && gh pr create --base main --head golive/health --title 'Check '\\''health'\\''' --body ''`,
    });
    expect(passed(await prepare({}, { epoch: 2 })).outputs.commit).toBe(outputs.commit);
  });
  test('with the rights it is pushed and opened, once', async () => {
    withRemote();
    const run = await prepare({ remote: 'origin', github: github(), body: 'Why.' });
    expect(passed(run).outputs).toMatchObject({
      pushed: true,
      opened: true,
      url: 'https://example.test/pull/7',
      command: '',
    });
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /repos/acme/shop/pulls?state=open&head=acme%3Agolive%2Fhealth',
      'POST /repos/acme/shop/pulls',
    ]);
    expect(JSON.parse(asked[1]?.body ?? '')).toEqual({
      title: "Check 'health'",
      body: 'Why.',
      head: 'golive/health',
      base: 'main',
    });
    expect(asked[0]?.auth).toBe('Bearer token-canary');
    expect(git(join(base, 'remote.git'), 'rev-parse', 'golive/health')).toBe(passed(run).outputs.commit);
    standing = [{ html_url: 'https://example.test/pull/7', number: 7 }];
    expect(passed(await prepare({ remote: 'origin', github: github() }, { epoch: 2 })).outputs).toMatchObject({
      opened: true,
    });
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(readFileSync(join(run.folder, 'pull-request.json'), 'utf8')).not.toContain('token-canary');
  });
  test('without the right to open it, a person gets what is left', async () => {
    withRemote();
    status = 403;
    const { outputs } = passed(await prepare({ remote: 'origin', github: github() }));
    expect(outputs).toMatchObject({
      pushed: true,
      opened: false,
      command: expect.stringMatching(/^gh pr create --repo acme\/shop /),
    });
  });
  test('a remote that refuses leaves all of it to a person', async () => {
    git(repo, 'remote', 'add', 'origin', join(base, 'nowhere.git'));
    const { outputs } = passed(await prepare({ remote: 'origin', github: github() }));
    expect(outputs).toMatchObject({
      pushed: false,
      opened: false,
      command: expect.stringMatching(/^git push origin /),
    });
    expect(asked).toEqual([]);
  });
  test('a branch of somebody else is left as it is', async () => {
    git(repo, 'branch', 'golive/health', 'main~1');
    const before = git(repo, 'rev-parse', 'golive/health');
    expect(failed(await prepare()).message).toContain('somebody else');
    expect(git(repo, 'rev-parse', 'golive/health')).toBe(before);
  });
  test.each(['../out', '/etc/x', '.git/hooks/post-commit', 'a/../../b'])('a file at %s is refused', async (path) => {
    expect(failed(await prepare({ files: [{ path, from: 'health.yml' }] })).code).toBe('BAD_INPUT');
  });
  test('what is there already is nothing to propose', async () => {
    writeFileSync(join(base, 'health.yml'), 'one\nrisky\n');
    expect(failed(await prepare({ files: [{ path: 'notes.md', from: 'health.yml' }] })).code).toBe(
      'EXPECTATION_FAILED',
    );
  });
});
