import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

stepKit('metrics.read', {
  good: (folder) => {
    writeFileSync(join(folder, 'latency.csv'), 'route,ms\n/a,10\n/a,30\n/b,900\n');
    return { file: 'latency.csv', values: { p50: { path: 'ms', reduce: 'p50', where: { route: '/a' } } } };
  },
  bad: () => ({ file: 'absent.csv', values: { n: { reduce: 'count' } } }),
  badCode: 'NOT_FOUND',
});

describe('metrics.read', () => {
  const read = async (name: string, text: string, values: Record<string, object>) => {
    const base = temporaryFolder();
    writeFileSync(join(base, name), text);
    return passed(await runStep('metrics.read', { file: name, values } as never, { goLive: { baseDir: base } }))
      .outputs;
  };
  test('reduces rows of a CSV, by a column of other rows left out', async () => {
    const values = {
      mean: { path: 'ms', reduce: 'mean', where: { route: '/a' } },
      n: { reduce: 'count' },
      last: { path: 'ms' },
    };
    expect(await read('l.csv', 'route,ms\n/a,10\n/a,30\n/b,900\n', values)).toEqual({
      values: { mean: 20, n: 3, last: 900 },
      rows: 3,
    });
  });
  test('JSONPath in JSON lines; a missing figure is absent, a spoilt sample too', async () => {
    const values = {
      p100: { path: '$.t.ms', reduce: 'max' },
      gone: { path: '$.none' },
      spoilt: { path: '$.x', reduce: 'sum' },
    };
    expect(await read('l.jsonl', '{"t":{"ms":5},"x":1}\n{"t":{"ms":7},"x":"many"}\n', values)).toEqual({
      values: { p100: 7 },
      rows: 2,
    });
  });
});

describe('notify', () => {
  let server: Server;
  let base: string;
  let got: { url: string; headers: IncomingMessage['headers']; body: string }[];
  let status: number;
  beforeEach(async () => {
    got = [];
    status = 200;
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        got.push({ url: request.url ?? '', headers: request.headers, body });
        response.writeHead(status).end('{"ok":true}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    base = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
    process.env.TEST_HOOK = `${base}/hook/secret-canary`;
    process.env.TEST_TOKEN = 'bot-canary';
  });
  afterEach(() => {
    delete process.env.TEST_HOOK;
    delete process.env.TEST_TOKEN;
    return new Promise((resolve) => server.close(resolve));
  });

  // The local server stands in for the three services: it speaks their API, and is all that can be reached here.
  test('Slack, Telegram and a signed webhook, each in its own form', async () => {
    passed(await runStep('notify', { kind: 'slack', url: { env: 'TEST_HOOK' }, text: 'hello' }));
    passed(
      await runStep('notify', {
        kind: 'telegram',
        token: { env: 'TEST_TOKEN' },
        chat: 42,
        apiBase: base,
        text: 'hello',
      }),
    );
    passed(
      await runStep('notify', {
        kind: 'webhook',
        url: { env: 'TEST_HOOK' },
        hmac: { env: 'TEST_TOKEN' },
        text: 'hello',
      }),
    );
    expect(JSON.parse(got[0]?.body ?? '')).toEqual({ text: 'hello' });
    expect(got[1]?.url).toBe('/botbot-canary/sendMessage');
    expect(JSON.parse(got[1]?.body ?? '')).toEqual({ chat_id: 42, text: 'hello' });
    const [, seconds = '', mac = ''] =
      /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(got[2]?.headers['x-golive-signature'])) ?? [];
    expect(mac).toBe(
      createHmac('sha256', 'bot-canary')
        .update(`${seconds}.${got[2]?.body ?? ''}`)
        .digest('hex'),
    );
  });

  test('a refused notice says so without the address, which is a secret', async () => {
    status = 404;
    const refused = await runStep('notify', { kind: 'slack', channel: 'ops', url: { env: 'TEST_HOOK' }, text: 'x' });
    expect(failed(refused)).toMatchObject({ code: 'EXPECTATION_FAILED', message: expect.stringContaining("'ops'") });
    expect(JSON.stringify(refused.failure)).not.toContain('secret-canary');
    const absent = failed(await runStep('notify', { kind: 'slack', url: { env: 'NOT_SET_ANYWHERE' }, text: 'x' }));
    expect(absent.message).toContain('NOT_SET_ANYWHERE');
  });
});
