import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

// The local server stands in for Telegram, Slack and a webhook: it speaks their API.
let server: Server;
let base = '';
let status = 200;
const got: { url: string; key: string; body: string }[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      got.push({ url: request.url ?? '', key: String(request.headers['idempotency-key']), body });
      response.writeHead(status).end('{"ok":true}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  process.env.TEST_ALERT_HOOK = `${base}/hook/alert-canary`;
});
afterAll(() => {
  delete process.env.TEST_ALERT_HOOK;
  return new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  got.length = 0;
  status = 200;
});

const input = (more: object = {}) => ({
  incident: 'health-contract',
  state: 'state/alerts.json',
  send: { kind: 'slack', url: { env: 'TEST_ALERT_HOOK' } },
  text: 'The agent is silent.',
  ...more,
});

for (const kind of ['alert.raise', 'alert.clear']) {
  stepKit(kind, {
    good: () => input(),
    bad: (folder) => {
      writeFileSync(join(folder, 'broken.json'), '{');
      return input({ state: 'broken.json' });
    },
    badCode: 'EXPECTATION_FAILED',
    reachesToo: ['127.0.0.1'],
  });
}

describe('one alert for an incident, and one when it is over', () => {
  let folder = '';
  let number = 0;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  const call = async (kind: string, more: object = {}) => {
    number += 1;
    return runStep(kind, input(more), { goLive: { baseDir: folder }, task: { step: `s${number}` } });
  };
  const outputs = async (kind: string, more: object = {}) => passed(await call(kind, more)).outputs;

  test('raised thrice and cleared twice, two are sent; another incident has its own', async () => {
    expect(await outputs('alert.clear')).toMatchObject({ sent: false, open: false });
    expect(await outputs('alert.raise')).toMatchObject({ sent: true, open: true, seen: 1 });
    expect(await outputs('alert.raise')).toMatchObject({ sent: false, open: true, seen: 2 });
    expect(await outputs('alert.raise')).toMatchObject({ sent: false, seen: 3 });
    expect(await outputs('alert.raise', { incident: 'drill' })).toMatchObject({ sent: true, seen: 1 });
    expect(await outputs('alert.clear', { text: 'It is back.' })).toMatchObject({ sent: true, open: false, seen: 3 });
    expect(await outputs('alert.clear')).toMatchObject({ sent: false });
    expect(got.map(({ body }) => JSON.parse(body))).toEqual([
      { text: 'The agent is silent.' },
      { text: 'The agent is silent.' },
      { text: 'It is back.' },
    ]);
    expect(new Set(got.map(({ key }) => key)).size).toBe(3);
  });
  test('an alert that was not taken is sent with the next call, under the same key', async () => {
    status = 503;
    expect(failed(await call('alert.raise')).code).toBe('CHECK_FAILED');
    status = 200;
    expect(await outputs('alert.raise')).toMatchObject({ sent: true, open: true });
    expect(await outputs('alert.raise')).toMatchObject({ sent: false });
    expect(got[1]?.key).toBe(got[0]?.key);
  });
  test('many at the same time send one', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => outputs('alert.raise')));
    expect(all.filter(({ sent }) => sent)).toHaveLength(1);
    expect(got).toHaveLength(1);
  });
  test('Telegram and a signed webhook as well; no address and no token is kept', async () => {
    process.env.TEST_ALERT_TOKEN = 'bot-canary';
    await outputs('alert.raise', {
      send: { kind: 'telegram', token: { env: 'TEST_ALERT_TOKEN' }, chat: 7, apiBase: base },
    });
    const hook = { kind: 'webhook', url: { env: 'TEST_ALERT_HOOK' }, hmac: { env: 'TEST_ALERT_TOKEN' } };
    const run = await call('alert.raise', { incident: 'second', send: hook });
    passed(run);
    delete process.env.TEST_ALERT_TOKEN;
    expect(got.map(({ url }) => url)).toEqual(['/botbot-canary/sendMessage', '/hook/alert-canary']);
    const kept =
      readFileSync(join(folder, 'state', 'alerts.json'), 'utf8') +
      readFileSync(join(run.task.goLive.evidenceDir, 'data', 'events.jsonl'), 'utf8');
    expect(kept).not.toMatch(/canary/);
  });
});
