import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Proposals, proposalsIn } from '../../kits/proposals.js';
import { git } from '../../kits/small-repository.js';
import { failed, passed, type StepRun } from '../../kits/step-run.js';

let world: Proposals;
let remote = '';
beforeEach(() => {
  world = proposalsIn();
  ({ remote } = world);
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
    world.withRemote();
  });
  const open = (more: object = {}, task: object = {}): Promise<StepRun> => {
    const address = api.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const github = { repository: 'acme/shop', token: { env: 'TEST_GITHUB' }, apiBase: `http://127.0.0.1:${port}` };
    return world.prepare({ remote: 'origin', github, ...more }, task);
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

  test('is opened as a draft where that is asked for', async () => {
    expect(passed(await open({ draft: true })).outputs.state).toBe('open');
    expect(JSON.parse(asked[1]?.body ?? '')).toMatchObject({ draft: true });
  });
  test('one that is open is said anew where that is asked for, and stays as it is without', async () => {
    standing = [pull()];
    passed(await open({ body: 'Why.' }));
    expect(asked.map(({ method }) => method)).toEqual(['GET']);
    answers = [pass, () => ({ body: pull() })];
    expect(passed(await open({ body: 'Why.', refresh: true }, { epoch: 2 })).outputs).toMatchObject({
      opened: true,
      state: 'open',
      reason: '',
    });
    const { method, url, body } = asked[2] ?? {};
    expect([method, url, JSON.parse(body ?? '')]).toEqual([
      'PATCH',
      '/repos/acme/shop/pulls/6',
      { title: "Check 'health'", body: 'Why.' },
    ]);
    answers = [pass, says(403, 'not yours')];
    const refused = passed(await open({ refresh: true }, { epoch: 3 }));
    expect([refused.outputs.reason, refused.summary]).toEqual(Array(2).fill(expect.stringContaining('not yours')));
  });
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
