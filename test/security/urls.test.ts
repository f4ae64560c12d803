import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { send } from '../../activities/reach/http.js';
import { isNever } from '../../activities/reach/reach.js';
import { hostsOf, mayReach, reachedHosts } from '../../model/plan/reach.js';
import { failed, passed, runStep } from '../kits/step-run.js';

let server: Server;
let port: number;
let seen = 0;
beforeAll(async () => {
  server = createServer((request, response) => {
    seen += 1;
    const to = new URL(request.url ?? '/', 'http://x').searchParams.get('to');
    if (to) response.writeHead(302, { location: to });
    response.end('{}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => new Promise((done) => server.close(done)));

const ask = (url: string, more: Partial<Parameters<typeof send>[0]> = {}) =>
  send({ url, method: 'GET', timeoutMs: 2000, maxBytes: 1000, signal: new AbortController().signal, ...more });

/** Hosts of the plan are one service; everything else is somebody's idea. */
const network = { hosts: ['127.0.0.1', 'service.example'], allow: [] as string[] };

describe('addresses that are never reached', () => {
  const METADATA = [
    'http://169.254.169.254/latest/meta-data/',
    'http://169.254.169.254.:80/',
    'http://2852039166/',
    'http://0xA9FEA9FE/',
    'http://0251.0376.0251.0376/',
    'http://169.16689662/',
    'http://0xa9.0xfe.0xa9.0xfe/',
    'http://[::ffff:169.254.169.254]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[0:0:0:0:0:ffff:a9fe:a9fe]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://[2002:a9fe:a9fe::1]/',
    'http://[::a9fe:a9fe]/',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
    'http://[FE80:0:0:0::1]/',
    'http://[ff02::1]/',
    'http://[::]/',
    'http://0.0.0.0/',
    'http://0/',
    'http://100.100.100.200/latest/meta-data',
    'http://168.63.129.16/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://①⑥⑨.②⑤④.①⑥⑨.②⑤④/',
    'http://169。254。169。254/',
  ];
  test.each(METADATA)('%s, even with no list of hosts', async (url) => {
    await expect(ask(url)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/never reach|stand in the plan/),
    });
    // Not even when a plan names it: only golive.yaml can.
    const host = new URL(url).hostname;
    await expect(ask(url, { network: { hosts: [host.replace(/^\[|\]$|\.$/g, '')], allow: [] } })).rejects.toMatchObject(
      { code: 'BAD_INPUT' },
    );
  });

  test.each([
    ['file', 'file:///etc/passwd'],
    ['gopher', 'gopher://127.0.0.1:6379/_FLUSHALL'],
    ['ftp', 'ftp://127.0.0.1/'],
    ['data', 'data:text/plain,hello'],
    ['javascript', 'javascript:alert(1)'],
    ['no scheme', '//169.254.169.254/'],
    ['user before the host', 'http://service.example@169.254.169.254/'],
    ['user and password', 'http://user:secret@service.example/'],
    ['user that looks like a host', 'http://127.0.0.1:80@evil.example/'],
    ['another host', 'http://evil.example/'],
    ['a host that begins alike', 'http://service.example.evil.example/'],
    ['a host that ends alike', 'http://evilservice.example/'],
    ['a tab inside', 'http://evil\t.example/'],
    ['an empty host', 'http:///path'],
  ])('%s is refused: %s', async (_what, url) => {
    const error = await ask(url, { network }).then(
      () => undefined,
      (thrown: { code?: string; message: string }) => thrown,
    );
    expect(error).toMatchObject({ code: 'BAD_INPUT' });
    expect(error?.message).not.toContain('secret');
  });

  test('loopback and private addresses are not among them', () => {
    for (const address of ['127.0.0.1', '::1', '10.0.0.1', '192.168.1.1', '2001:db8::1', '::ffff:10.0.0.1'])
      expect([address, isNever(address)]).toEqual([address, false]);
    expect(isNever('not an address')).toBe(true);
  });
});

describe('names that change their mind', () => {
  test('a name that leads to metadata is refused before anything is sent', async () => {
    const resolve = async () => [{ address: '169.254.169.254', family: 4 }];
    await expect(ask('http://service.example/', { network, resolve })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
  test('one bad address among good ones is enough', async () => {
    const resolve = async () => [
      { address: '127.0.0.1', family: 4 },
      { address: 'fe80::1', family: 6 },
    ];
    await expect(ask(`http://service.example:${port}/`, { network, resolve })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
  });
  test('a rebinding name is looked up once, and what was judged is what is reached', async () => {
    let asked = 0;
    const resolve = async () => {
      asked += 1;
      return [{ address: asked === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 }];
    };
    const before = seen;
    expect((await ask(`http://service.example:${port}/`, { network, resolve })).status).toBe(200);
    expect([asked, seen - before]).toEqual([1, 1]);
    await expect(ask(`http://service.example:${port}/`, { network, resolve })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    expect(seen - before).toBe(1);
  });
});

describe('redirects', () => {
  const through = (to: string) => `http://127.0.0.1:${port}/?to=${encodeURIComponent(to)}`;
  test.each([
    'http://169.254.169.254/',
    'http://evil.example/',
    'file:///etc/passwd',
    'http://u:p@127.0.0.1/',
    'http://[::ffff:a9fe:a9fe]/',
  ])('to %s are not followed', async (to) => {
    await expect(ask(through(to), { network, redirects: 3 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect((await ask(through(to), { network })).status).toBe(302);
  });
  test('to a host of the plan are', async () => {
    expect((await ask(through(`http://127.0.0.1:${port}/`), { network, redirects: 1 })).status).toBe(200);
  });
});

describe('the hosts of a plan', () => {
  test('are those that people can read in it; what comes up later is not', () => {
    const context = { inputs: { api: 'http://API.example:8080/v1', db: 'db.internal' }, target: {} };
    const plan = [
      { url: '${{ inputs.api }}/healthz' },
      { host: '${{ inputs.db }}' },
      { url: 'https://user@literal.example./x', note: 'see http://in.text/ too' },
      { url: 'http://${{ steps.find.host }}/' },
    ];
    expect(hostsOf(plan as never, context)).toEqual(['api.example', 'db.internal', 'in.text', 'literal.example']);
  });
  test('a kind says whom it reaches: by any protocol, or by a bare name', () => {
    const context = { inputs: { db: 'Db.internal.' }, target: {} };
    const named = ['redis://u:p@cache.example:6379/0', '${{ inputs.db }}', '[::1]', '${{ steps.find.url }}', ''];
    expect(reachedHosts(named, context)).toEqual(['cache.example', 'db.internal', '::1']);
  });
  test('golive.yaml may name a host, or a host with its port', () => {
    const listed = { hosts: [], allow: ['metrics.example', '169.254.169.254:80', '[::1]'] };
    expect(mayReach('Metrics.example.', 9, listed)).toBe(true);
    expect(mayReach('169.254.169.254', 80, listed)).toBe(true);
    expect(mayReach('169.254.169.254', 81, listed)).toBe(false);
    expect(mayReach('::1', 1, listed)).toBe(true);
  });
  test('steps are held to them', async () => {
    const goLive = { network: { hosts: ['localhost'], allow: [] } };
    const http = await runStep('http.check', { url: `http://127.0.0.1:${port}/`, expect: { status: 200 } }, { goLive });
    expect(failed(http)).toMatchObject({ code: 'BAD_INPUT', hint: expect.stringContaining('golive.yaml') });
    const tcp = await runStep('tcp.check', { host: '127.0.0.1', port }, { goLive });
    expect(failed(tcp)).toMatchObject({ code: 'BAD_INPUT' });
    const named = { network: { hosts: ['127.0.0.1'], allow: [] } };
    expect(passed(await runStep('tcp.check', { host: '127.0.0.1', port }, { goLive: named })).outputs.connected).toBe(
      true,
    );
    const metadata = await runStep(
      'tcp.check',
      { host: '169.254.169.254', port: 80 },
      { goLive: { network: { hosts: ['169.254.169.254'], allow: [] } } },
    );
    expect(failed(metadata)).toMatchObject({ code: 'BAD_INPUT' });
  });
});
