import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
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
});
