import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { alertInput } from '../../kits/alerts.js';
import { channel } from '../../kits/channel.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

const hooked = channel((base) => ({ TEST_HOOK: `${base}/hook/alert-canary`, TEST_TOKEN: 'bot-canary' }));
const keys = (): string[] => hooked.got.map(({ headers }) => String(headers['idempotency-key']));

describe('one alert for an incident, and one when it is over', () => {
  let folder = '';
  let number = 0;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  const call = async (kind: string, more: object = {}) => {
    number += 1;
    return runStep(kind, alertInput(more), { goLive: { baseDir: folder }, task: { step: `s${number}` } });
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
    expect(hooked.got.map(({ body }) => JSON.parse(body))).toEqual([
      { text: 'The agent is silent.' },
      { text: 'The agent is silent.' },
      { text: 'It is back.' },
    ]);
    expect(new Set(keys()).size).toBe(3);
  });
  test('an alert that was not taken is sent with the next call, under the same key', async () => {
    hooked.status = 503;
    expect(failed(await call('alert.raise')).code).toBe('CHECK_FAILED');
    hooked.status = 200;
    expect(await outputs('alert.raise')).toMatchObject({ sent: true, open: true });
    expect(await outputs('alert.raise')).toMatchObject({ sent: false });
    expect(keys()[1]).toBe(keys()[0]);
  });
  test('another attempt at one step is counted once', async () => {
    await outputs('alert.raise');
    const step = { goLive: { baseDir: folder }, task: { step: 'again' } };
    expect(passed(await runStep('alert.raise', alertInput(), step)).outputs).toMatchObject({ seen: 2 });
    expect(passed(await runStep('alert.raise', alertInput(), step)).outputs).toMatchObject({ seen: 2 });
    expect(await outputs('alert.raise')).toMatchObject({ seen: 3 });
  });
  test('what begins anew before its end was told has a key of its own, so that no receiver takes it for the first', async () => {
    await outputs('alert.raise');
    hooked.status = 503;
    expect(failed(await call('alert.clear')).code).toBe('CHECK_FAILED');
    hooked.status = 200;
    expect(await outputs('alert.raise')).toMatchObject({ sent: true, open: true, seen: 1 });
    expect(keys()[2]).not.toBe(keys()[0]);
  });
  test.each([
    ['empty', ''],
    ['half-written', '{"version": 1, "incidents": {'],
    ['of another encoding', Buffer.from('{"version":1,"incidents":{}}', 'utf16le')],
    ['of somebody else', '{"version": 2}'],
  ])('a file that is %s stays, and nothing is sent', async (_, content) => {
    const file = join(folder, 'state', 'alerts.json');
    mkdirSync(join(folder, 'state'));
    writeFileSync(file, content);
    expect(failed(await call('alert.raise')).code).toBe('EXPECTATION_FAILED');
    expect(readFileSync(file)).toEqual(Buffer.from(content));
    expect(hooked.got).toEqual([]);
  });
  test('a link is refused, and what it names stays', async () => {
    const other = join(folder, 'other.json');
    writeFileSync(other, 'mine');
    symlinkSync(other, join(folder, 'link.json'));
    expect(failed(await call('alert.raise', { state: 'link.json' })).code).toBe('BAD_INPUT');
    expect(readFileSync(other, 'utf8')).toBe('mine');
  });
  test('many at the same time send one', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => outputs('alert.raise')));
    expect(all.filter(({ sent }) => sent)).toHaveLength(1);
    expect(hooked.got).toHaveLength(1);
  });
  test('Telegram and a signed webhook as well; no address and no token is kept', async () => {
    await outputs('alert.raise', {
      send: { kind: 'telegram', token: { env: 'TEST_TOKEN' }, chat: 7, apiBase: hooked.base },
    });
    const hook = { kind: 'webhook', url: { env: 'TEST_HOOK' }, hmac: { env: 'TEST_TOKEN' } };
    const run = await call('alert.raise', { incident: 'second', send: hook });
    passed(run);
    expect(hooked.got.map(({ url }) => url)).toEqual(['/botbot-canary/sendMessage', '/hook/alert-canary']);
    const kept =
      readFileSync(join(folder, 'state', 'alerts.json'), 'utf8') +
      readFileSync(join(run.task.goLive.evidenceDir, 'data', 'events.jsonl'), 'utf8');
    expect(kept).not.toMatch(/canary/);
  });
});
