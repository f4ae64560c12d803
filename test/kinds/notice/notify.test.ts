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
});
