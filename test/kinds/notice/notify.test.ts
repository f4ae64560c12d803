import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { channel } from '../../kits/channel.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep } from '../../kits/step-run.js';

const hooked = channel((base) => ({ TEST_HOOK: `${base}/hook/secret-canary`, TEST_TOKEN: 'bot-canary' }));

stepKit('notify', {
  good: () => ({ kind: 'slack', url: { env: 'TEST_HOOK' }, text: 'hello' }),
  bad: () => {
    hooked.status = 404;
    return { kind: 'slack', url: { env: 'TEST_HOOK' }, text: 'hello' };
  },
  badCode: 'EXPECTATION_FAILED',
  reachesToo: ['127.0.0.1'],
});

describe('notify', () => {
  test('Slack, Telegram and a signed webhook, each in its own form', async () => {
    passed(await runStep('notify', { kind: 'slack', url: { env: 'TEST_HOOK' }, text: 'hello' }));
    passed(
      await runStep('notify', {
        kind: 'telegram',
        token: { env: 'TEST_TOKEN' },
        chat: 42,
        apiBase: hooked.base,
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
    expect(JSON.parse(hooked.got[0]?.body ?? '')).toEqual({ text: 'hello' });
    expect(hooked.got[1]?.url).toBe('/botbot-canary/sendMessage');
    expect(JSON.parse(hooked.got[1]?.body ?? '')).toEqual({ chat_id: 42, text: 'hello' });
    const [, seconds = '', mac = ''] =
      /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(hooked.got[2]?.headers['x-golive-signature'])) ?? [];
    expect(mac).toBe(
      createHmac('sha256', 'bot-canary')
        .update(`${seconds}.${hooked.got[2]?.body ?? ''}`)
        .digest('hex'),
    );
  });

  test('a refused notice says so without the address, which is a secret', async () => {
    hooked.status = 404;
    const refused = await runStep('notify', { kind: 'slack', channel: 'ops', url: { env: 'TEST_HOOK' }, text: 'x' });
    expect(failed(refused)).toMatchObject({ code: 'EXPECTATION_FAILED', message: expect.stringContaining("'ops'") });
    expect(JSON.stringify(refused.failure)).not.toContain('secret-canary');
    const absent = failed(await runStep('notify', { kind: 'slack', url: { env: 'NOT_SET_ANYWHERE' }, text: 'x' }));
    expect(absent.message).toContain('NOT_SET_ANYWHERE');
  });

  const slack = (text: string) => runStep('notify', { kind: 'slack', url: { env: 'TEST_HOOK' }, text });
  test.each([
    ['*Deploy* by <!channel> R&D', '*Deploy* by &lt;!channel&gt; R&amp;D'],
    ['<https://evil.example|login>', '&lt;https://evil.example|login&gt;'],
    ['&lt;!here&gt;', '&amp;lt;!here&amp;gt;'],
    ['call @channel, @Here and a@channels.example', 'call @\u2060channel, @\u2060Here and a@channels.example'],
    ['half \ud83d of one', 'half \ufffd of one'],
  ])('to Slack %j is %j', async (text, told) => {
    passed(await slack(text));
    expect(JSON.parse(hooked.got[0]?.body ?? '')).toEqual({ text: told });
  });

  test.each([
    ['a'.repeat(4096), 4096, ''],
    [`${'a'.repeat(4093)}👩‍👩‍👧 and more`, 4093, ' …'],
    [`${'a'.repeat(4093)}🔑🔑🔑`, 4093, ' …'],
    [`${'a'.repeat(4092)}e\u0301e\u0301e\u0301`, 4094, ' …'],
  ])('a text for Telegram is cut between letters, with a mark', async (text, kept, mark) => {
    const input = { kind: 'telegram', token: { env: 'TEST_TOKEN' }, chat: 1, apiBase: hooked.base, text };
    passed(await runStep('notify', input));
    expect(JSON.parse(hooked.got[0]?.body ?? '')).toEqual({ chat_id: 1, text: text.slice(0, kept) + mark });
    expect(kept + mark.length).toBeLessThanOrEqual(4096);
  });

  test('who asks to wait is sent to again only then; who asks for more than a quarter of an hour, never', async () => {
    hooked.status = 429;
    hooked.headers = { 'retry-after': '6' };
    const run = await slack('x');
    expect([failed(run).code, run.retryInMs]).toEqual(['CHECK_FAILED', 6000]);
    hooked.headers = { 'retry-after': '7200' };
    expect(failed(await slack('x')).code).toBe('EXPECTATION_FAILED');
    hooked.headers = {};
    hooked.says = JSON.stringify({ ok: false, parameters: { retry_after: 9 } });
    const telegram = { kind: 'telegram', token: { env: 'TEST_TOKEN' }, chat: 1, apiBase: hooked.base, text: 'x' };
    expect((await runStep('notify', telegram)).retryInMs).toBe(9000);
  });

  const telegram = { kind: 'telegram', token: { env: 'TEST_TOKEN' }, chat: 1, text: 'x' };
  test.each<[string, number, string, string | undefined, number | undefined]>([
    ['slack', 429, '', '0', undefined],
    ['slack', 503, '', 'Thu, 01 Jan 1970 00:00:00 GMT', undefined],
    ['telegram', 429, '{"ok":false,"parameters":{"retry_after":0}}', undefined, undefined],
    ['telegram', 200, '{"ok":false,"error_code":429,"parameters":{"retry_after":3}}', undefined, 3000],
  ])('%s that answers %i (%s, Retry-After: %s) is sent to again after %j ms', async (kind, status, says, after, ms) => {
    Object.assign(hooked, { status, says, headers: after === undefined ? {} : { 'retry-after': after } });
    const run = await (kind === 'slack' ? slack('x') : runStep('notify', { ...telegram, apiBase: hooked.base }));
    expect([failed(run).code, run.retryable, run.retryInMs]).toEqual(['CHECK_FAILED', true, ms]);
  });

  test.each<[string, number, string, string | undefined]>([
    ['slack', 429, '', '9999999999'],
    ['slack', 429, '', '9'.repeat(400)],
    ['slack', 200, '{"ok":false,"error":"channel_not_found"}', undefined],
    ['telegram', 429, '{"ok":false,"parameters":{"retry_after":2e9}}', undefined],
    ['telegram', 429, '{"ok":false,"parameters":{"retry_after":1e999}}', undefined],
    ['telegram', 200, '{"ok":false,"error_code":400,"description":"chat not found"}', undefined],
    ['telegram', 200, '{"ok":false}', undefined],
    ['telegram', 200, '<html>Please log in</html>', undefined],
  ])('%s that answers %i (%s, Retry-After: %s) was not told, and is not sent to again', async (...row) => {
    const [kind, status, says, after] = row;
    Object.assign(hooked, { status, says, headers: after === undefined ? {} : { 'retry-after': after } });
    const run = await (kind === 'slack' ? slack('x') : runStep('notify', { ...telegram, apiBase: hooked.base }));
    expect([failed(run).code, run.retryable]).toEqual(['EXPECTATION_FAILED', false]);
  });

  test.each(['secret\nX-Evil: 1', 'secret\r', 'secret\u0000', 'secret\u2028'])(
    'a token that no header can hold (%j) is told by the header, and not by what it is',
    async (token) => {
      const env = { ...process.env, BAD_TOKEN: token };
      const input = { kind: 'webhook', url: { env: 'TEST_HOOK' }, token: { env: 'BAD_TOKEN' }, text: 'x' };
      const { code, message } = failed(await runStep('notify', input, { env }));
      expect([code, message]).toEqual([
        'BAD_INPUT',
        'The value of the header authorization holds what no header can hold.',
      ]);
      expect(hooked.got).toEqual([]);
    },
  );

  test('the key is the same for every try, and another for every attempt of the phase, and in a rehearsal', async () => {
    const send = async (task: object, goLive: object = {}): Promise<unknown> => {
      hooked.got.length = 0;
      await runStep('notify', { kind: 'slack', url: { env: 'TEST_HOOK' }, text: 'x' }, { task, goLive });
      return hooked.got[0]?.headers['idempotency-key'];
    };
    const first = await send({});
    expect(await send({})).toBe(first);
    const others = [await send({ phaseAttempt: 2 }), await send({ epoch: 2 }), await send({}, { mode: 'live' })];
    expect(new Set([first, ...others]).size).toBe(4);
  });
});
