import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { git, smallRepository } from '../../kits/small-repository.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, type StepRun, temporaryFolder } from '../../kits/step-run.js';

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

interface Asked {
  url: string;
  method: string;
  auth: string;
  body: string;
}
interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body: unknown;
}

let base = '';
let repo = '';
let remote = '';
beforeEach(() => {
  base = temporaryFolder();
  repo = smallRepository(base);
  remote = join(base, 'remote.git');
  writeFileSync(join(base, 'health.yml'), 'on: schedule\n');
});

const prepare = (more: object = {}, task: object = {}): Promise<StepRun> =>
  runStep(
    'pr.prepare',
    {
      repo: 'repo',
      branch: 'golive/health',
      files: [{ path: 'ci/health.yml', from: 'health.yml' }],
      title: "Check 'health'",
      ...more,
    },
    { goLive: { baseDir: base }, task },
  );
const withRemote = (): void => {
  execFileSync('git', ['init', '--quiet', '--bare', '-b', 'main', remote]);
  git(repo, 'remote', 'add', 'origin', remote);
};
/** Somebody else's commit on the remote's branch. */
const aliceOn = (branch: string): string => {
  const alice = join(base, 'alice');
  git(base, 'clone', '--quiet', repo, alice);
  git(alice, 'checkout', '--quiet', '-b', branch);
  writeFileSync(join(alice, 'work.txt'), 'work\n');
  git(alice, 'add', '-A');
  // Anybody can call himself so.
  git(alice, '-c', 'user.name=golive', '-c', 'user.email=golive@localhost', 'commit', '--quiet', '-m', 'work of Alice');
  git(alice, 'push', '--quiet', '--force', remote, branch);
  return git(alice, 'rev-parse', 'HEAD');
};
const health = (content: string): void => writeFileSync(join(base, 'health.yml'), content);

describe('the branch of pr.prepare', () => {
  test('has one commit, the checkout is not touched, and a person gets the command', async () => {
    writeFileSync(join(repo, 'notes.md'), 'in the middle of something\n');
    const { outputs } = passed(await prepare());
    expect(git(repo, 'show', 'golive/health:ci/health.yml')).toBe('on: schedule');
    expect(git(repo, 'rev-list', '--count', 'main..golive/health')).toBe('1');
    expect([git(repo, 'status', '--porcelain'), git(repo, 'branch', '--show-current')]).toEqual(['M notes.md', 'main']);
    expect(git(repo, 'worktree', 'list').split('\n')).toHaveLength(1);
    expect(outputs).toMatchObject({
      pushed: false,
      opened: false,
      state: 'none',
      url: '',
      reason: '',
      command: `git push origin golive/health && gh pr create --base main --head golive/health --title 'Check '\\''health'\\''' --body ''`,
    });
    expect(passed(await prepare({}, { epoch: 2 })).outputs.commit).toBe(outputs.commit);
    for (const left of ['golive.work', 'golive.index']) expect(existsSync(join(repo, '.git', left))).toBe(false);
  });
  test('a text of several lines is taken from the commit', async () => {
    const { outputs } = passed(await prepare({ body: "It's why.\n\nMore." }));
    expect(outputs.command).toContain(`--body "$(git log -1 --format=%b ${String(outputs.commit)})"`);
    expect(git(repo, 'log', '-1', '--format=%s%n%b', 'golive/health')).toBe("Check 'health'\nIt's why.\n\nMore.");
    const [, command = ''] = String(outputs.command).split(' && gh ');
    expect(
      execFileSync('sh', ['-c', `printf %s ${command.slice(command.indexOf('"$('))}`], { cwd: repo }).toString(),
    ).toBe("It's why.\n\nMore.");
  });
  test('a second proposal of the same step takes the place of its first, one of another step does not', async () => {
    const first = passed(await prepare()).outputs.commit;
    health('on: push\n');
    const { outputs } = passed(await prepare({}, { epoch: 2 }));
    expect(outputs.commit).not.toBe(first);
    expect(git(repo, 'rev-list', '--count', 'main..golive/health')).toBe('1');
    health('on: never\n');
    expect(failed(await prepare({}, { step: 'other' })).message).toMatch(
      /is the proposal of shop\/kit\/step; it is left/,
    );
    expect(git(repo, 'rev-parse', 'golive/health')).toBe(outputs.commit);
  });
  test('of somebody else is left as it is, whatever its author is called', async () => {
    git(repo, 'branch', 'golive/health', 'main~1');
    const before = git(repo, 'rev-parse', 'golive/health');
    expect(failed(await prepare()).message).toContain('somebody else');
    expect(git(repo, 'rev-parse', 'golive/health')).toBe(before);
    git(repo, 'checkout', '--quiet', 'golive/health');
    const golive = ['-c', 'user.name=golive', '-c', 'user.email=golive@localhost'];
    git(repo, ...golive, 'commit', '--quiet', '--allow-empty', '-m', 'as golive');
    git(repo, 'checkout', '--quiet', 'main');
    expect(failed(await prepare()).message).toContain('somebody else');
  });
  test('that is checked out is not moved below its files', async () => {
    passed(await prepare());
    git(repo, 'worktree', 'add', '--quiet', join(base, 'two'), 'golive/health');
    health('on: push\n');
    expect(failed(await prepare({}, { epoch: 2 })).message).toMatch(/is checked out in .*two; it is left as it is/);
  });
  test('is made of objects: what is left of an attempt that was killed is no hindrance', async () => {
    mkdirSync(join(repo, '.git', 'golive.work'));
    writeFileSync(join(repo, '.git', 'golive.index'), 'torn');
    writeFileSync(join(repo, '.git', 'golive.index.lock'), '');
    passed(await prepare());
  });
  test('is made in a bare repository, too', async () => {
    git(base, 'clone', '--quiet', '--bare', repo, join(base, 'bare.git'));
    passed(await prepare({ repo: 'bare.git' }));
    expect(git(join(base, 'bare.git'), 'show', 'golive/health:ci/health.yml')).toBe('on: schedule');
  });
  test('stands on the branch of the remote where there is no own, and is refused where there is none', async () => {
    git(base, 'clone', '--quiet', repo, join(base, 'clone'));
    git(join(base, 'clone'), 'checkout', '--quiet', '--detach');
    git(join(base, 'clone'), 'branch', '-D', 'main');
    passed(await prepare({ repo: 'clone' }));
    expect(failed(await prepare({ base: 'nomain' })).message).toMatch(/There is no branch nomain/);
  });
  test('in a fresh clone, what another clone has pushed is found by its files', async () => {
    withRemote();
    git(repo, 'push', '--quiet', 'origin', 'main');
    const { commit } = passed(await prepare({ remote: 'origin' })).outputs;
    git(base, 'clone', '--quiet', remote, join(base, 'fresh'));
    expect(passed(await prepare({ repo: 'fresh', remote: 'origin' }, { epoch: 2 })).outputs).toMatchObject({
      commit,
      pushed: true,
    });
  });
});

describe('the files of pr.prepare', () => {
  test.each(['../out', '/etc/x', '.git/hooks/post-commit', '.GIT/x', 'a/../../b', 'a/', '.'])(
    'a file at %s is refused',
    async (path) => {
      expect(failed(await prepare({ files: [{ path, from: 'health.yml' }] })).code).toBe('BAD_INPUT');
    },
  );
  test('two at one place, or one below the other, are refused', async () => {
    const pair = (one: string, two: string) => [
      { path: one, from: 'health.yml' },
      { path: two, from: 'health.yml' },
    ];
    expect(failed(await prepare({ files: pair('a', './a') })).code).toBe('BAD_INPUT');
    expect(failed(await prepare({ files: pair('a', 'a/b') })).code).toBe('BAD_INPUT');
  });
  test('what is there already is nothing to propose', async () => {
    health('one\nrisky\n');
    expect(failed(await prepare({ files: [{ path: 'notes.md', from: 'health.yml' }] })).code).toBe(
      'EXPECTATION_FAILED',
    );
  });
  test('a link, a submodule, a file or a folder in the way is refused, and nothing is written through it', async () => {
    const outside = temporaryFolder();
    writeFileSync(join(outside, 'victim'), 'precious');
    symlinkSync(join(outside, 'victim'), join(repo, 'link.md'));
    symlinkSync(outside, join(repo, 'docs'));
    mkdirSync(join(repo, 'deep'));
    symlinkSync(outside, join(repo, 'deep', 'docs'));
    git(repo, 'add', '-A');
    git(repo, 'update-index', '--add', '--cacheinfo', `160000,${git(repo, 'rev-parse', 'HEAD')},sub`);
    git(repo, 'commit', '--quiet', '-m', 'links');
    const refused = {
      'link.md': 'link.md is a link',
      'docs/new.md': 'docs is a link',
      'deep/docs/new.md': 'deep/docs is a link',
      'sub/new.md': 'sub is a submodule',
      sub: 'sub is a submodule',
      'notes.md/new.md': 'notes.md is a file',
      deep: 'deep is a folder',
    };
    for (const [path, why] of Object.entries(refused)) {
      const failure = failed(await prepare({ files: [{ path, from: 'health.yml' }] }));
      expect([failure.code, failure.message]).toEqual(['BAD_INPUT', expect.stringContaining(why)]);
    }
    expect(readFileSync(join(outside, 'victim'), 'utf8')).toBe('precious');
    expect(existsSync(join(outside, 'new.md'))).toBe(false);
  });
  test('a source that is a folder or a pipe is refused', async () => {
    execFileSync('mkfifo', [join(base, 'pipe')]);
    for (const from of ['repo', 'pipe']) {
      expect(failed(await prepare({ files: [{ path: 'x', from }] })).code).toBe('BAD_INPUT');
    }
  });
  test('bytes, modes and line ends are what they must be', async () => {
    writeFileSync(join(repo, 'run.sh'), 'old\n', { mode: 0o755 });
    writeFileSync(join(repo, '.gitattributes'), '*.txt text\n');
    git(repo, 'add', '-A');
    git(repo, 'commit', '--quiet', '-m', 'modes');
    git(repo, 'config', 'core.filemode', 'false');
    git(repo, 'config', 'core.autocrlf', 'true');
    const bytes = Buffer.from([0, 255, 13, 10, 254]);
    writeFileSync(join(base, 'plain'), 'new\n');
    writeFileSync(join(base, 'bytes'), bytes);
    writeFileSync(join(base, 'crlf'), 'a\r\nb\r\n');
    writeFileSync(join(base, 'tool'), 'tool\n');
    chmodSync(join(base, 'tool'), 0o755);
    const files = [
      { path: 'run.sh', from: 'plain' },
      { path: 'a.bin', from: 'bytes' },
      { path: 'a.txt', from: 'crlf' },
      { path: 'a.raw', from: 'crlf' },
      { path: 'bin/tool', from: 'tool' },
    ];
    passed(await prepare({ files }));
    const modes = git(repo, 'ls-tree', '-r', 'golive/health')
      .split('\n')
      .map((line) => line.replace(/ blob \S+/, ''));
    expect(modes).toEqual(
      expect.arrayContaining(['100755\trun.sh', '100644\ta.bin', '100644\ta.txt', '100755\tbin/tool']),
    );
    const raw = (name: string): Buffer =>
      execFileSync('git', ['-C', repo, 'cat-file', 'blob', `golive/health:${name}`]);
    expect(raw('a.bin')).toEqual(bytes);
    expect([raw('a.txt').toString(), raw('a.raw').toString()]).toEqual(['a\nb\n', 'a\r\nb\r\n']);
  });
  test('a file behind a filter is refused', async () => {
    writeFileSync(join(repo, '.gitattributes'), '*.bin filter=lfs\n');
    git(repo, 'add', '-A');
    git(repo, 'commit', '--quiet', '-m', 'lfs');
    const failure = failed(await prepare({ files: [{ path: 'a.bin', from: 'health.yml' }] }));
    expect(failure.message).toContain('a.bin goes through the filter lfs of git');
  });
});

describe('the push of pr.prepare', () => {
  test('is read back', async () => {
    withRemote();
    const { outputs } = passed(await prepare({ remote: 'origin' }));
    expect(outputs).toMatchObject({ pushed: true, opened: false, command: expect.stringMatching(/^gh pr create /) });
    expect(git(remote, 'rev-parse', 'golive/health')).toBe(outputs.commit);
  });
  test('leaves a branch with commits of somebody else as it is, fetched or not, whatever its author is called', async () => {
    withRemote();
    const alices = aliceOn('golive/health');
    expect(failed(await prepare({ remote: 'origin' })).message).toMatch(
      /origin has a branch golive\/health at .* left as/,
    );
    git(repo, 'fetch', '--quiet', 'origin');
    expect(failed(await prepare({ remote: 'origin' }, { epoch: 2 })).message).toMatch(/that golive did not make/);
    expect(git(remote, 'rev-parse', 'golive/health')).toBe(alices);
  });
  test('takes the place of an own commit, and not of what somebody has put on it', async () => {
    withRemote();
    const first = passed(await prepare({ remote: 'origin' })).outputs.commit;
    health('on: push\n');
    const second = passed(await prepare({ remote: 'origin' }, { epoch: 2 })).outputs.commit;
    expect(git(remote, 'rev-parse', 'golive/health')).toBe(second);
    expect(second).not.toBe(first);
    const alices = aliceOn('golive/health2');
    git(remote, 'update-ref', 'refs/heads/golive/health', alices);
    health('on: never\n');
    failed(await prepare({ remote: 'origin' }, { epoch: 3 }));
    expect(git(remote, 'rev-parse', 'golive/health')).toBe(alices);
  });
  test('goes where the remote is pushed to', async () => {
    withRemote();
    const fork = join(base, 'fork.git');
    execFileSync('git', ['init', '--quiet', '--bare', fork]);
    git(repo, 'remote', 'set-url', '--push', 'origin', fork);
    const { outputs } = passed(await prepare({ remote: 'origin' }));
    expect(git(fork, 'rev-parse', 'golive/health')).toBe(outputs.commit);
    expect(git(remote, 'branch', '--list')).toBe('');
  });
  test('to nowhere fails with what git says', async () => {
    git(repo, 'remote', 'add', 'origin', join(base, 'nowhere.git'));
    const failure = failed(await prepare({ remote: 'origin' }));
    expect(failure.code).toBe('EXPECTATION_FAILED');
    expect(failure.message).toMatch(
      /git could not read origin; .*nowhere\.git' does not appear to be a git repository/,
    );
    expect(failed(await prepare({ remote: 'upstream' })).message).toMatch(/has no remote that is called upstream/);
    git(repo, 'remote', 'set-url', 'origin', 'https://user:pass-canary@127.0.0.1:9/x.git');
    const refused = failed(await prepare({ remote: 'origin' }));
    expect(refused.code).toBe('CONNECTION_FAILED');
    expect(JSON.stringify(refused)).not.toContain('pass-canary');
  });
  test('without the rights is left for a person, with the reason', async () => {
    withRemote();
    writeFileSync(
      join(remote, 'hooks', 'pre-receive'),
      '#!/bin/sh\necho "GH006: Protected branch update failed" >&2\nexit 1\n',
      {
        mode: 0o755,
      },
    );
    const { outputs, summary } = passed(await prepare({ remote: 'origin' }));
    expect(outputs).toMatchObject({
      pushed: false,
      command: expect.stringMatching(/^git push origin golive\/health && gh pr create/),
      reason: expect.stringContaining('git may not push to origin'),
    });
    expect(summary).toContain('left for a person, for git may not push');
  });
  test('calls no hook of the repository', async () => {
    withRemote();
    writeFileSync(join(repo, '.git', 'hooks', 'pre-push'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    expect(passed(await prepare({ remote: 'origin' })).outputs.pushed).toBe(true);
  });
});

// The local server stands in for GitHub: it speaks the two calls of its API that are used.
describe('the pull request of pr.prepare', () => {
  let api: Server;
  const asked: Asked[] = [];
  let answers: ((asked: Asked) => Answer | undefined)[] = [];
  let standing: object[] = [];
  beforeAll(async () => {
    const answerTo = (one: Asked): Answer => {
      const said = answers.shift()?.(one);
      if (said) return said;
      if (one.method === 'GET') return { body: standing };
      return { status: 201, body: { html_url: 'https://example.test/pull/7', number: 7 } };
    };
    api = createServer((request: IncomingMessage, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { url = '', method = '', headers } = request;
        const one = { url, method, auth: headers.authorization ?? '', body };
        asked.push(one);
        const answer = answerTo(one);
        response.writeHead(answer.status ?? 200, answer.headers);
        response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
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
    asked.length = 0;
    answers = [];
    standing = [];
    withRemote();
  });
  const open = (more: object = {}, task: object = {}): Promise<StepRun> => {
    const address = api.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const github = { repository: 'acme/shop', token: { env: 'TEST_GITHUB' }, apiBase: `http://127.0.0.1:${port}` };
    return prepare({ remote: 'origin', github, ...more }, task);
  };
  const pull = (more: object = {}) => ({
    html_url: 'https://example.test/pull/6',
    number: 6,
    state: 'open',
    merged_at: null,
    head: { ref: 'golive/health', sha: '0'.repeat(40) },
    base: { ref: 'main' },
    ...more,
  });
  const says =
    (status: number, message: string, headers: Record<string, string> = {}) =>
    (): Answer => ({
      status,
      headers,
      body: { message, errors: [{ message }] },
    });
  const pass = (): undefined => undefined;

  test('is opened once, and found again', async () => {
    const run = await open({ body: 'Why.' });
    const url = 'https://example.test/pull/7';
    expect(passed(run).outputs).toMatchObject({
      pushed: true,
      opened: true,
      state: 'open',
      url,
      command: '',
      reason: '',
    });
    expect(asked.map(({ method, url: path }) => `${method} ${path}`)).toEqual([
      'GET /repos/acme/shop/pulls?state=all&head=acme%3Agolive%2Fhealth&base=main&per_page=100',
      'POST /repos/acme/shop/pulls',
    ]);
    expect(JSON.parse(asked[1]?.body ?? '')).toEqual({
      title: "Check 'health'",
      body: 'Why.',
      head: 'golive/health',
      base: 'main',
    });
    expect(asked[0]?.auth).toBe('Bearer token-canary');
    expect(git(remote, 'rev-parse', 'golive/health')).toBe(passed(run).outputs.commit);
    standing = [pull({ html_url: 'https://example.test/pull/7', number: 7 })];
    expect(passed(await open({}, { epoch: 2 })).outputs).toMatchObject({ opened: true, url });
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(readFileSync(join(run.folder, 'pull-request.json'), 'utf8')).not.toContain('token-canary');
  });
  test('of another branch, of another base, or closed with another commit is none', async () => {
    standing = [
      pull({ head: { ref: 'golive/other', sha: '1' } }),
      pull({ base: { ref: 'next' } }),
      pull({ state: 'closed' }),
      pull({ state: 'closed', merged_at: '2026-01-01T00:00:00Z' }),
    ];
    expect(passed(await open()).outputs).toMatchObject({ url: 'https://example.test/pull/7', state: 'open' });
  });
  test('that was merged with this commit is found, and the branch is not pushed once more', async () => {
    const { commit } = passed(await open()).outputs;
    git(remote, 'update-ref', '-d', 'refs/heads/golive/health');
    standing = [
      pull({ state: 'closed', merged_at: '2026-01-01T00:00:00Z', head: { ref: 'golive/health', sha: commit } }),
    ];
    const { outputs, summary } = passed(await open({}, { epoch: 2 }));
    expect(outputs).toMatchObject({ state: 'merged', opened: true, pushed: false, command: '' });
    expect(summary).toContain('https://example.test/pull/6, which is merged');
    expect(git(remote, 'branch', '--list')).toBe('');
  });
  test('that somebody closed with this commit is opened again by a person only', async () => {
    const { commit } = passed(await open()).outputs;
    standing = [pull({ state: 'closed', head: { ref: 'golive/health', sha: commit } })];
    expect(passed(await open({}, { epoch: 2 })).outputs).toMatchObject({
      state: 'closed',
      opened: false,
      command: 'gh pr reopen 6 --repo acme/shop',
      reason: expect.stringContaining('somebody closed'),
    });
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });
  test('that another one opens meanwhile is found', async () => {
    const exists = 'A pull request already exists for acme:golive/health.';
    answers = [pass, () => ((standing = [pull()]), says(422, exists)())];
    expect(passed(await open()).outputs).toMatchObject({ opened: true, url: 'https://example.test/pull/6' });
  });
  test.each([
    [
      'a token that is not taken',
      [says(401, 'Bad credentials'), says(401, 'Bad credentials')],
      /not take this token \(401: Bad/,
    ],
    [
      'a token that may not open it',
      [pass, says(403, 'Resource not accessible')],
      /not let this token open .* \(403: Reso/,
    ],
    ['a token that may only read', [pass, says(404, 'Not Found')], /not let this token open .* \(404\)/],
  ])('with %s is left for a person', async (_, said, reason) => {
    answers = said;
    expect(passed(await open()).outputs).toMatchObject({
      pushed: true,
      opened: false,
      command: expect.stringMatching(/^gh pr create --repo acme\/shop /),
      reason: expect.stringMatching(reason),
    });
  });
  test.each([
    [
      'a repository that GitHub does not know',
      [says(404, 'Not Found')],
      'EXPECTATION_FAILED',
      /knows no repository acme\/shop/,
    ],
    ['one that has moved', [says(301, 'Moved Permanently')], 'EXPECTATION_FAILED', /acme\/shop has moved \(301\)/],
    [
      'what GitHub refuses',
      [pass, says(422, 'No commits between main and x')],
      'EXPECTATION_FAILED',
      /422 .*No commits between/,
    ],
    ['an error of GitHub', [says(502, 'Bad Gateway')], 'CHECK_FAILED', /502/],
    ['an answer that is no JSON', [() => ({ body: '<html>' })], 'CHECK_FAILED', /cannot be read/],
    ['a list with something else in it', [() => ({ body: [{ x: 1 }] })], 'CHECK_FAILED', /cannot be read/],
    [
      'a wait that is longer than the step',
      [says(403, 'secondary rate limit', { 'retry-after': '3600' })],
      'EXPECTATION_FAILED',
      /asks to wait for 1h/,
    ],
  ])('fails for %s', async (_, said, code, message) => {
    answers = said;
    expect(failed(await open())).toMatchObject({ code, message: expect.stringMatching(message) });
  });
  test.each([
    ['429 with Retry-After', says(429, 'slow down', { 'retry-after': '1' })],
    ['403 with Retry-After', says(403, 'secondary rate limit', { 'retry-after': '1' })],
    [
      'a limit that is used up',
      () =>
        says(403, 'rate limit', {
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 1),
        })(),
    ],
  ])('waits as GitHub asks to: %s', async (_, said) => {
    const times: number[] = [];
    const noted = (answer?: () => Answer) => () => (times.push(performance.now()), answer?.());
    answers = [noted(said), noted()];
    expect(passed(await open()).outputs).toMatchObject({ opened: true });
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(500);
  });
});
