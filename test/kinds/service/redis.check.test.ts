import { type ChildProcess, spawn } from 'node:child_process';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../../../lab/kit/ports.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep } from '../../kits/step-run.js';

let port = 0;
let server: ChildProcess;
beforeAll(async () => {
  port = await freePort();
  const entry = new URL('../../../dist/lab/kit/redis.js', import.meta.url).pathname;
  server = spawn(process.execPath, [entry, '--port', String(port)], { stdio: 'ignore', detached: true });
  const redis = new Redis(port, '127.0.0.1', { retryStrategy: () => 100, maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  await redis.set('agent:heartbeat', JSON.stringify({ count: 12, at: 'now' }));
  await redis.hset('agent', { state: 'up' });
  await redis.lpush('list', 'x');
  await redis.set('fine', '0.99999999999999999999');
  redis.disconnect();
}, 120_000);

afterAll(async () => {
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await ended;
});

stepKit('redis.check', {
  good: () => ({ url: `redis://127.0.0.1:${port}`, key: 'agent:heartbeat', field: 'count', above: 3 }),
  bad: () => ({ url: `redis://127.0.0.1:${port}`, key: 'agent:heartbeat', field: 'count', above: 12 }),
  badCode: 'CHECK_FAILED',
});

describe('redis.check', () => {
  const check = (more: object, step = 'r') =>
    runStep('redis.check', { url: `redis://127.0.0.1:${port}`, ...more }, { task: { step } });
  test('reads texts, fields of JSON and of hashes', async () => {
    expect(passed(await check({ key: 'agent', field: 'state', equals: 'up' })).outputs).toMatchObject({
      text: 'up',
      number: -1,
    });
    expect(
      passed(await check({ key: 'agent:heartbeat', field: 'count', fields: { at: 'at', beats: 'count' } })).outputs,
    ).toMatchObject({ number: 12, values: { at: 'now', beats: '12' } });
    expect(passed(await check({ key: 'agent', fields: { is: 'state' } })).outputs).toMatchObject({
      number: 1,
      values: { is: 'up' },
    });
    expect(passed(await check({ key: 'absent' })).outputs).toMatchObject({ found: false, text: '' });
    expect(passed(await check({})).outputs).toMatchObject({ found: false });
  });
  test.each<[object, string, string]>([
    [{ key: 'absent', equals: 'x' }, 'CHECK_FAILED', 'absent is not there'],
    [{ key: 'agent', field: 'state', equals: 'down' }, 'CHECK_FAILED', 'agent.state is up, not down'],
    [{ key: 'agent', field: 'state', above: 1 }, 'CHECK_FAILED', 'is no number'],
    [{ key: 'list' }, 'EXPECTATION_FAILED', 'is a list'],
    [{ key: 'agent:heartbeat', field: 'count', below: 12 }, 'CHECK_FAILED', 'not below 12'],
    [{ key: 'fine', below: 1 }, 'CHECK_FAILED', 'is no number'],
    [{ key: 'agent:heartbeat', fields: { pid: 'pid' } }, 'CHECK_FAILED', 'agent:heartbeat.pid is not there'],
    [{ key: 'absent', fields: { pid: 'pid' } }, 'CHECK_FAILED', 'absent.pid is not there'],
    [{ fields: { at: 'at' } }, 'BAD_INPUT', 'are about a `key`'],
    [{ equals: 'up' }, 'BAD_INPUT', 'are about a `key`'],
    [{ above: 1 }, 'BAD_INPUT', 'are about a `key`'],
    [{ below: 1 }, 'BAD_INPUT', 'are about a `key`'],
    [{ field: 'count' }, 'BAD_INPUT', 'are about a `key`'],
  ])('%j: %s', async (more, code, message) => {
    expect(failed(await check(more))).toMatchObject({ code, message: expect.stringContaining(message) });
  });
  test('one that is not there is a failed connection, and a secret address stays one', async () => {
    const free = await freePort();
    expect(failed(await check({ url: `redis://127.0.0.1:${free}`, timeout: '1s' })).code).toBe('CONNECTION_FAILED');
    process.env.TEST_REDIS = `redis://:canary-word@127.0.0.1:${free}`;
    const run = await check({ url: { env: 'TEST_REDIS' }, timeout: '1s' }, 's');
    expect(failed(run).code).toBe('CONNECTION_FAILED');
    expect(JSON.stringify(run.failure)).not.toContain('canary-word');
    delete process.env.TEST_REDIS;
  });
});
