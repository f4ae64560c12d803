import { createServer, type Server } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { JsonObject } from '../../../model/json.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep } from '../../kits/step-run.js';

let server: Server;
let port: number;
beforeEach(async () => {
  server = createServer((request, response) => {
    if (request.url === '/moved') response.writeHead(302, { location: '/json' }).end();
    else if (request.url === '/json')
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"ready":true,"n":3}');
    else if (request.url?.startsWith('/said/'))
      response
        .writeHead(200, { 'content-type': 'application/json', 'x-of': request.headers['x-key'] ?? '' })
        .end(decodeURIComponent(request.url.slice('/said/'.length)));
    else if (request.url?.startsWith('/deep')) response.end('['.repeat(3000) + ']'.repeat(3000));
    else if (request.url?.startsWith('/with/')) {
      const headers = z.record(z.string(), z.string());
      response
        .writeHead(200, headers.parse(JSON.parse(decodeURIComponent(request.url.slice('/with/'.length)))))
        .end('x');
    } else if (request.url?.startsWith('/as/')) {
      const [type = '', body = ''] = request.url.slice('/as/'.length).split('/');
      response.writeHead(200, { 'content-type': decodeURIComponent(type) }).end(Buffer.from(body, 'base64url'));
    } else if (request.url?.startsWith('/later/'))
      response.writeHead(429, { 'retry-after': request.url.slice('/later/'.length) }).end();
    else response.writeHead(503, { 'content-type': 'text/plain' }).end('not yet');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : 0;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

stepKit('http.check', {
  good: () => ({ url: `http://127.0.0.1:${port}/json`, expect: { status: 200, json: { '$.ready': true } } }),
  bad: () => ({ url: `http://127.0.0.1:${port}/`, expect: { status: 200 } }),
  badCode: 'CHECK_FAILED',
});

describe('http.check', () => {
  const check = (path: string, expected: JsonObject, more: JsonObject = {}) =>
    runStep('http.check', {
      url: `http://127.0.0.1:${port}${path}?key=hidden-canary`,
      expect: expected,
      ...more,
    });
  test('one sentence says what was expected and what came, without what the address hides', async () => {
    const { message } = failed(await check('/', { status: 200, bodyContains: 'welcome' }));
    expect(message).toMatch(/expected status 200, got 503; expected a body with "welcome", got "not yet"/);
    expect(message).not.toContain('hidden-canary');
  });
  test('with `judge: false` a gate decides: what differs is told, and only no answer at all fails', async () => {
    const { outputs, summary } = passed(await check('/', { status: 200 }, { judge: false }));
    expect(outputs).toMatchObject({ fits: false, status: 503 });
    expect(summary).toMatch(/: 503 in .*; expected status 200, got 503$/);
    const json = await runStep('http.check', { url: `http://127.0.0.1:${port}/json`, judge: false });
    expect(passed(json).outputs).toMatchObject({ fits: true });
    const gone = await runStep('http.check', { url: 'http://127.0.0.1:1/', judge: false });
    expect(failed(gone).message).toContain('connection refused');
  });
  test('a redirect is an answer like any other unless redirects are allowed', async () => {
    expect(
      failed(await runStep('http.check', { url: `http://127.0.0.1:${port}/moved`, expect: { status: 200 } })).message,
    ).toMatch(/got 302/);
    expect(
      passed(
        await runStep('http.check', { url: `http://127.0.0.1:${port}/moved`, expect: { status: 200 }, redirects: 1 }),
      ).outputs.status,
    ).toBe(200);
  });

  test('credentials in headers are masked and counted; a secret stands in no name either', async () => {
    const key = `AKIA${'ABCDEFGH'.repeat(2)}`;
    const headers = { 'x-debug-key': key, location: 'https://u:hunter2pass@h/', 'x-canary-word': 'canary-word' };
    const run = await runStep(
      'http.check',
      {
        url: `http://127.0.0.1:${port}/with/${encodeURIComponent(JSON.stringify(headers))}`,
        headers: { 'x-key': { env: 'TOLD' } },
      },
      { env: { ...process.env, TOLD: 'canary-word' } },
    );
    expect(passed(run).outputs.credentials).toBe(2);
    const kept = readFileSync(join(run.folder, 'response.json'), 'utf8');
    const answered = kept.slice(kept.indexOf('"headers"'));
    for (const hidden of [key, 'hunter2pass', 'canary-word']) expect(answered).not.toContain(hidden);
  });

  test.each<[string, string, Buffer]>([
    ['UTF-16 without a mark', 'text/plain', Buffer.from('FATAL', 'utf16le')],
    ['the same, called UTF-8', 'text/plain; charset=utf-8', Buffer.from('FATAL', 'utf16le').swap16()],
    ['the same, called Latin-1', 'text/plain; charset=iso-8859-1', Buffer.from('FATAL', 'utf16le')],
    ['UTF-32 with a mark', 'text/plain', Buffer.from([0xff, 0xfe, 0, 0, 0x46, 0, 0, 0])],
  ])('in %s nothing is known to be absent', async (_, type, body) => {
    const path = `/as/${encodeURIComponent(type)}/${body.toString('base64url')}`;
    expect(failed(await check(path, { bodyNotContains: 'FATAL' })).message).toContain('zero bytes');
  });
  test.each<[string, JsonObject, string]>([
    ['{"n":0.99999999999999999999}', { '$.n': 1 }, 'expected $.n = 1'],
    ['{"n":1e-400}', { '$.n': 0 }, 'expected $.n = 0'],
    ['{"a":{"n":-0}}', { '$.a.n': 0 }, ''],
  ])('%.40s is read exactly', async (body, json, message) => {
    const { run } = await asking('canary', body, { json });
    if (message === '') passed(run);
    else expect(failed(run).message).toContain(message);
  });

  test('JSON that is nested without end is told, also with a secret', async () => {
    const run = await runStep(
      'http.check',
      {
        url: `http://127.0.0.1:${port}/deep`,
        headers: { 'x-key': { env: 'TOLD' } },
        expect: { json: { '$.a': 1 } },
      },
      { env: { ...process.env, TOLD: 'canary-word' } },
    );
    expect(failed(run).message).toContain('its JSON is nested deeper than');
  });

  /** Asks with a secret for this body. */
  const asking = async (secret: string, body: string, expected: JsonObject) => {
    const run = await runStep(
      'http.check',
      {
        url: `http://127.0.0.1:${port}/said/${encodeURIComponent(body)}`,
        headers: { 'x-key': { env: 'TOLD' } },
        expect: expected,
      },
      { env: { ...process.env, TOLD: secret } },
    );
    const response = z
      .object({ body: z.string() })
      .parse(JSON.parse(readFileSync(join(run.folder, 'response.json'), 'utf8')));
    return { run, body: response.body };
  };

  test.each<[secret: string, body: string, expected: JsonObject, json: JsonObject, kept: JsonObject]>([
    ['true', '{"ok":true}', { json: { '$.ok': true } }, { '$.ok': true }, { ok: true }],
    ['2000', '{"n":2000}', { json: { '$.n': 2000 } }, { '$.n': '[redacted]' }, { n: '[redacted]' }],
    [
      'user',
      '{"user-1":"user"}',
      { json: { "$['user-1']": 'user' }, headers: { 'x-of': 'user' } },
      { "$['[redacted]-1']": '[redacted]' },
      { '[redacted]-1': '[redacted]' },
    ],
    ['ready', '{"is":"ready"}', { bodyContains: '"is":"ready"' }, {}, { is: '[redacted]' }],
    ['canary', '{"is":"\\u0063anary"}', { json: { '$.is': 'canary' } }, { '$.is': '[redacted]' }, { is: '[redacted]' }],
  ])('with the secret %j, %s is judged as it came and kept without it', async (secret, text, expected, json, kept) => {
    const { run, body } = await asking(secret, text, expected);
    expect(passed(run).outputs.json).toEqual(json);
    expect(JSON.parse(body)).toEqual(kept);
    expect(passed(run).outputs.body).not.toContain(secret);
  });

  test('every value at a path must be as expected; all of them are given on', async () => {
    const body = '{"s":[{"is":"ok"},{"is":"down"},{"is":"down"}]}';
    const { run } = await asking('unused', body, { json: { '$.s[*].is': 'ok' } });
    expect(failed(run).message).toContain('expected $.s[*].is = "ok", got "down" in 2 of 3 places');
    const all = await asking('unused', '{"s":[{"is":"ok"},{"is":"ok"}],"n":1}', {
      json: { '$.s[*].is': 'ok', '$.n': 1 },
    });
    expect(passed(all.run).outputs.json).toEqual({ '$.s[*].is': ['ok', 'ok'], '$.n': 1 });
    const none = await asking('unused', '{"s":[]}', { json: { '$.s[*].is': 'ok' } });
    expect(failed(none.run).message).toContain('got nothing there');
  });

  test('a body that must not hold a text is searched as it came, and told without the secret', async () => {
    const { run } = await asking('canary', '{"is":"canary"}', { bodyNotContains: 'is":"canary', contentType: 'x/y' });
    expect(failed(run).message).toMatch(/the body holds "is\\":\\"\[redacted\]"/);
  });

  test('what an answer is told to be is cut after its secrets are taken out', async () => {
    const long = `${'x'.repeat(115)}canary`;
    const { run } = await asking('canary', JSON.stringify({ is: long }), {
      json: { '$.is': 'short' },
      bodyContains: 'y',
    });
    expect(JSON.stringify(failed(run))).not.toContain('xcan');
  });

  const said = (body: string, more: JsonObject, type = 'application/json') =>
    runStep('http.check', {
      url: `http://127.0.0.1:${port}/as/${encodeURIComponent(type)}/${Buffer.from(body, 'latin1').toString('base64url')}`,
      ...more,
    });
  test.each<[body: string, path: string, value: unknown]>([
    ['{"data":{"result":[{"value":[1,"7"]}]}}', '$.data.result[0].value[1]', '7'],
    ['{"n":12}', '$.n', 12],
    ['{"n":-0}', '$.n', 0],
    ['{"n":9007199254740993}', '$.n', '9007199254740993'],
    ['{"n":1e400}', '$.n', '1e400'],
    ['{"n":0.1}', '$.n', 0.1],
    ['{"a":1,"a":1,"n":true}', '$.n', true],
    ['{"__proto__":{"n":1}}', '$.__proto__.n', 1],
  ])('of %s, %s is given on as %j', async (body, path, value) => {
    expect(passed(await said(body, { values: { n: path } })).outputs.values).toEqual({ n: value });
  });
  test.each<[body: string, path: string, problem: string]>([
    ['{"n":[1,2]}', '$.n[*]', 'has 2 values, not one'],
    ['{"n":[1,2]}', '$.m', 'has nothing there'],
    ['{"n":[1,2]}', '$.constructor', 'has nothing there'],
    ['{"n":[1,2]}', '$.n', 'is no single value'],
    ['{"n":null}', '$.n', 'is no single value'],
    ['{"n":1,"n":2}', '$.n', 'its JSON has "n" twice, with two values'],
    ['{"n":NaN}', '$.n', 'it is no JSON'],
    ['', '$.n', 'it is no JSON'],
    ['{"n":"\xff"}', '$.n', 'its body is no UTF-8'],
  ])('of %s, %s is told: %s', async (body, path, problem) => {
    expect(failed(await said(body, { values: { n: path } })).message).toContain(problem);
  });
  test('what is expected of JSON that says two things is not as expected', async () => {
    expect(failed(await said('{"ok":false,"ok":true}', { expect: { json: { '$.ok': true } } })).message).toContain(
      'twice',
    );
  });
  test('what is expected of a long number is compared by its digits, and given on as them', async () => {
    const digits = '12345678901234567890';
    const at = (n: string | number) =>
      said(`{"n":${digits},"none":-0}`, { expect: { json: { '$.n': n, '$.none': 0 } } });
    expect(passed(await at(digits)).outputs.json).toEqual({ '$.n': digits, '$.none': 0 });
    expect(failed(await at(Number(digits))).message).toContain(`got "${digits}"`);
  });
  test.each<[type: string, body: string, wanted: string]>([
    ['text/html; charset=iso-8859-1', 'gr\xfc\xdfe', 'grüße'],
    ['text/html; Charset="UTF-8"', 'gr\xc3\xbc\xc3\x9fe', 'grüße'],
    ['text/html', '\xef\xbb\xbfgr\xc3\xbc', 'grü'],
    ['text/html', '\xff\xfeg\0r\0', 'gr'],
    ['text/html; charset=utf-16be', '\0g\0r', 'gr'],
  ])('%s is read by its charset', async (type, body, wanted) => {
    passed(await said(body, { expect: { bodyContains: wanted } }, type));
  });
  test.each<[type: string, body: string, problem: string]>([
    ['text/html', 'gr\xfc\xdfe', 'its body is no UTF-8, and it names no charset'],
    ['text/html; charset=klingon', 'gr', 'its charset "klingon" is not known'],
  ])('%s that cannot be read is not searched as if it could', async (type, body, problem) => {
    expect(failed(await said(body, { expect: { bodyNotContains: 'down' } }, type)).message).toContain(problem);
    passed(await said(body, { expect: { status: 200 } }, type));
  });
  test('who asks to be left alone is asked again only then, and never after a quarter of an hour', async () => {
    const later = await runStep('http.check', { url: `http://127.0.0.1:${port}/later/7` });
    expect(failed(later)).toMatchObject({ code: 'CHECK_FAILED', retryAfterMs: 7000 });
    expect(later.retryInMs).toBe(7000);
    expect(failed(await runStep('http.check', { url: `http://127.0.0.1:${port}/later/7200` })).code).toBe(
      'EXPECTATION_FAILED',
    );
  });
});
