import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { git, smallRepository } from '../../kits/small-repository.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

const at = (base: string) => ({ goLive: { baseDir: base } });

stepKit('pr.prepare', {
  good: (folder) => {
    smallRepository(folder);
    writeFileSync(join(folder, 'health.yml'), 'on: schedule\n');
    return {
      repo: 'repo',
      branch: 'golive/health',
      files: [{ path: '.github/workflows/health.yml', from: 'health.yml' }],
      title: 'Health',
    };
  },
  bad: (folder) => {
    smallRepository(folder);
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
    repo = smallRepository(base);
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
