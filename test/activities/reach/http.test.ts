import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { portOf } from '../../kits/port.js';
import { send } from '../../../activities/reach/http.js';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;
const BODY = 'Down for maintenance. '.repeat(20);
const bomb = gzipSync(Buffer.alloc(50_000_000, 'a'));
const twice = gzipSync(gzipSync(BODY));
const encoded =
  (coding: string, body: Buffer): Answer =>
  (response) =>
    response.writeHead(200, { 'content-encoding': coding }).end(body);

const ANSWERS: Record<string, Answer> = {
  '/gzip': encoded('gzip', gzipSync(BODY)),
  '/x-gzip': encoded('X-GZip', gzipSync(BODY)),
  '/deflate': encoded('deflate', deflateSync(BODY)),
  '/raw-deflate': encoded('deflate', deflateRawSync(BODY)),
  '/br': encoded('br', brotliCompressSync(BODY)),
  '/twice': encoded('gzip, gzip', twice),
  '/identity': encoded('identity', Buffer.from(BODY)),
  '/members': encoded('gzip', Buffer.concat([gzipSync(BODY.slice(0, 100)), gzipSync(BODY.slice(100))])),
  '/empty': encoded('gzip', Buffer.alloc(0)),
  '/bomb': encoded('gzip', bomb),
  '/zstd': encoded('zstd', Buffer.from(BODY)),
  '/many': encoded('gzip, gzip, gzip, gzip', twice),
  '/broken': encoded('gzip', Buffer.from(BODY)),
  '/cut': encoded('gzip', gzipSync(Buffer.from(BODY)).subarray(0, 30)),
  '/chunks-cut': (response) => {
    response.write('half of it');
    setTimeout(() => response.destroy(), 30);
  },
  '/length-cut': (response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half of it');
    setTimeout(() => response.destroy(), 30);
  },
  '/204': (response) => response.writeHead(204, { 'content-encoding': 'gzip' }).end(),
};

let server: Server;
let other: Server;
let base = '';
let elsewhere = '';
const heard: { path: string; headers: IncomingMessage['headers']; body: string }[] = [];
const listening = async (one: Server): Promise<string> => {
  await new Promise<void>((done) => one.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${portOf(one)}`;
};
beforeAll(async () => {
  const record: Answer = (response, request) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      heard.push({ path: request.url ?? '', headers: request.headers, body });
      response.end('{}');
    });
  };
  other = createServer((request, response) => record(response, request));
  elsewhere = await listening(other);
  server = createServer((request, response) => {
    const path = request.url ?? '';
    const to = new URL(path, 'http://x').searchParams.get('to');
    if (to !== null) response.writeHead(Number(path.slice(1, 4)), { location: to }).end();
    else (ANSWERS[path] ?? record)(response, request);
  });
  base = await listening(server);
});
afterAll(async () => {
  for (const one of [server, other]) {
    one.closeAllConnections();
    await new Promise((done) => one.close(done));
  }
});

const ask = (path: string, more: Partial<Parameters<typeof send>[0]> = {}) =>
  send({
    url: `${base}${path}`,
    method: 'GET',
    timeoutMs: 5000,
    maxBytes: 10_000,
    signal: new AbortController().signal,
    ...more,
  });

describe('an answer is read as it is meant', () => {
  test.each(['/gzip', '/x-gzip', '/deflate', '/raw-deflate', '/br', '/twice', '/identity', '/members'])(
    '%s',
    async (path) => {
      const { body, truncated } = await ask(path);
      expect([body.toString(), truncated]).toEqual([BODY, false]);
    },
  );
  test('nothing with a coding is nothing: empty, 204, HEAD', async () => {
    for (const path of ['/empty', '/204']) expect((await ask(path)).body).toHaveLength(0);
    expect((await ask('/gzip', { method: 'HEAD' })).body).toHaveLength(0);
  });
  test('a small answer that becomes a huge one is left at the bound', async () => {
    const { body, truncated } = await ask('/bomb');
    expect([body.length, truncated]).toEqual([10_000, true]);
  });
  test.each([
    ['/zstd', 'EXPECTATION_FAILED', 'encoded as "zstd", which is not decoded'],
    ['/many', 'EXPECTATION_FAILED', 'which is not decoded'],
    ['/broken', 'CONNECTION_FAILED', 'encoded as gzip, and is broken'],
    ['/cut', 'CONNECTION_FAILED', 'encoded as gzip, and ends in the middle'],
    ['/chunks-cut', 'CONNECTION_FAILED', 'the answer is cut off'],
    ['/length-cut', 'CONNECTION_FAILED', 'the answer is not as long as it says'],
  ])('%s is %s: %s', async (path, code, message) => {
    await expect(ask(path)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });
  test('no proxy of the environment stands between', async () => {
    const names = ['http_proxy', 'HTTP_PROXY', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'];
    for (const name of names) process.env[name] = 'http://127.0.0.1:1';
    try {
      expect((await ask('/gzip')).status).toBe(200);
    } finally {
      for (const name of names) delete process.env[name];
    }
  });
});

describe('a redirect', () => {
  const headers = { 'x-api-key': 'k-canary-77', Authorization: 'Bearer a', Cookie: 'b', 'x-plain': 'p' };
  const holdsSecret = (text: string): boolean => text.includes('canary');
  const redirected = async (status: number, to: string, more: object = {}) => {
    heard.length = 0;
    await ask(`/${status}?to=${encodeURIComponent(to)}`, { headers, holdsSecret, redirects: 1, ...more });
    return heard[0];
  };
  test.each([301, 302, 303, 307, 308])(
    '%i takes no secret header to another origin, and the others along',
    async (status) => {
      const got = await redirected(status, `${elsewhere}/there`);
      expect(JSON.stringify(got?.headers)).not.toMatch(/canary|Bearer|"cookie"/);
      expect(got?.headers['x-plain']).toBe('p');
    },
  );
  test('within the origin they stay', async () => {
    expect((await redirected(302, '/here'))?.headers['x-api-key']).toBe('k-canary-77');
  });
  test('a body with a secret in it stays where it was sent to', async () => {
    const post = { method: 'POST' as const, body: '{"key":"canary"}' };
    await expect(redirected(307, `${elsewhere}/there`, post)).rejects.toMatchObject({
      code: 'EXPECTATION_FAILED',
      message: expect.stringContaining('a body that holds a secret'),
    });
    expect(heard).toEqual([]);
    // Turned into a GET it has no body any more.
    expect((await redirected(303, `${elsewhere}/there`, post))?.body).toBe('');
    expect((await redirected(307, '/here', post))?.body).toBe('{"key":"canary"}');
  });
});
