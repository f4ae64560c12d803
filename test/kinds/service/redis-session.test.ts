import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer, type Server } from 'node:net';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { redisAddress } from '../../../kinds/service/redis-address.js';
import type { JsonObject } from '../../../model/json.js';
import { portOf } from '../../kits/port.js';
import { failed, passed, runStep } from '../../kits/step-run.js';

const CR = '\r\n';
const bulk = (text: string | Buffer): string => `$${Buffer.byteLength(text)}${CR}${text.toString('latin1')}${CR}`;

const servers: Server[] = [];
const closed = (server: Server): Promise<void> => new Promise((done) => server.close(() => done()));
/** Closed when the test ends. @returns its port */
async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return portOf(server);
}
afterEach(() => Promise.all(servers.splice(0).map(closed)));

/** A stand-in that answers as it is told, by the name of the command. */
async function redis(answers: Record<string, string>): Promise<number> {
  const server = createServer((socket) =>
    socket
      .on('error', () => undefined)
      .on('data', (data: Buffer) => {
        const words = data.toString().split(CR);
        for (let at = 0; at < words.length; ) {
          const head = /^\*(\d+)$/.exec(words[at] ?? '');
          if (!head) at += 1;
          else {
            const name = (words[at + 2] ?? '').toLowerCase();
            const known = { info: bulk(`redis_version:7.0.0${CR}loading:0${CR}`), ping: `+PONG${CR}` };
            socket.write(Buffer.from({ ...known, ...answers }[name] ?? `+OK${CR}`, 'latin1'));
            at += 1 + 2 * Number(head[1]);
          }
        }
      }),
  );
  return listening(server);
}

const holding = (value: string | Buffer) => ({
  type: `+string${CR}`,
  strlen: `:${Buffer.byteLength(value)}${CR}`,
  get: bulk(value),
});

describe('an address of Redis', () => {
  test.each([
    ['redis://Example.org', { host: 'example.org', port: 6379, tls: false, db: 0 }],
    ['rediss://u:p%40%2Fw@h:6380/3', { host: 'h', port: 6380, tls: true, db: 3, username: 'u', password: 'p@/w' }],
    ['redis://:word@h:80', { host: 'h', port: 80, tls: false, db: 0, password: 'word' }],
    ['redis://[::1]:7000', { host: '::1', port: 7000, tls: false, db: 0 }],
    ['redis://0xA9FEA9FE:6379', { host: '169.254.169.254', port: 6379, tls: false, db: 0 }],
    ['redis://2852039166', { host: '169.254.169.254', port: 6379, tls: false, db: 0 }],
    ['redis://0251.0376.0251.0376:6379', { host: '169.254.169.254', port: 6379, tls: false, db: 0 }],
    ['redis://h/', { host: 'h', port: 6379, tls: false, db: 0 }],
  ])('%s', (url, address) => expect(redisAddress(url, 'It')).toEqual(address));

  test.each([
    'redis://h?path=/run/redis.sock',
    'redis://h:1/0?family=6&tls=true',
    'redis:///run/redis.sock',
    'redis+unix:///run/redis.sock',
    'unix:///run/redis.sock',
    '/run/redis.sock',
    '6379',
    'redis://',
    'redis://h/x',
    'redis://user:pa#canary@h:1',
    'redis://user:pa/canary@h:1',
    'redis://user:pa?canary@h:1',
    'redis://user:%zzcanary@h:1',
    'redis://a@canary@h:1',
    'redis://h:99999',
    'redis://h h',
  ])('%s is none, and nothing of it is told', (url) => {
    let message = '';
    try {
      redisAddress(url, 'The secret address');
    } catch (error) {
      message = error instanceof Error ? error.message : '';
    }
    expect(message).toMatch(/^The secret address (is no address|has )/);
    expect(message).not.toMatch(/canary|\bh\b|run/);
  });
});

describe('redis.check reaches what is judged, and tells what Redis refuses', () => {
  const check = async (answers: Record<string, string>, more: JsonObject = {}, secret?: string) => {
    const port = await redis(answers);
    const url = secret === undefined ? `redis://127.0.0.1:${port}` : { env: 'REDIS_URL' };
    const env =
      secret === undefined ? process.env : { ...process.env, REDIS_URL: secret.replace('PORT', String(port)) };
    return runStep('redis.check', { url, timeout: 1500, ...more }, { env });
  };

  test.each([
    'redis://169.254.169.254',
    'redis://0xA9FEA9FE',
    'redis://2852039166',
    'redis://0251.0376.0251.0376',
    'redis://[::ffff:a9fe:a9fe]',
    'redis://①⑥⑨.②⑤④.①⑥⑨.②⑤④',
  ])('%s is never reached, also as a secret', async (url) => {
    expect(failed(await runStep('redis.check', { url })).code).toBe('BAD_INPUT');
    const hidden = await runStep('redis.check', { url: { env: 'U' } }, { env: { ...process.env, U: url } });
    expect(failed(hidden)).toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining('The secret address') });
    expect(failed(hidden).message).not.toContain('169.254');
  });

  test.each<[answers: Record<string, string>, code: string, message: RegExp]>([
    [
      { type: `-MOVED 3999 10.0.0.7:6381${CR}` },
      'EXPECTATION_FAILED',
      /node of a cluster, and the key is on another: 10/,
    ],
    [{ type: `-CLUSTERDOWN Hash slot not served${CR}` }, 'CHECK_FAILED', /a cluster that is down/],
    [{ ping: `-NOAUTH Authentication required.${CR}` }, 'EXPECTATION_FAILED', /does not take the user and password/],
    [{ ping: `-MASTERDOWN Link is down${CR}` }, 'CHECK_FAILED', /cannot answer now/],
    [{ type: `-NOPERM this user has no permissions${CR}` }, 'EXPECTATION_FAILED', /does not let this user/],
    [{ type: `-ERR something odd${CR}` }, 'CHECK_FAILED', /refuses: ERR something odd/],
    [holding('x'.repeat(10)), 'EXPECTATION_FAILED', /no JSON object/],
    [holding('[1]'), 'EXPECTATION_FAILED', /no JSON object/],
    [holding('{"f":1,"f":2}'), 'EXPECTATION_FAILED', /twice/],
    [holding('null'), 'EXPECTATION_FAILED', /no JSON object/],
    [{ ...holding(''), strlen: `:600000000${CR}` }, 'EXPECTATION_FAILED', /holds 600000000 bytes/],
    [{ ...holding(''), get: `$2${CR}\xff\xfe${CR}` }, 'EXPECTATION_FAILED', /no text in UTF-8/],
  ])('%j is %s', async (answers, code, message) => {
    const run = await check(answers, { key: 'k', field: 'f' });
    expect(failed(run)).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test.each(['constructor', '__proto__', 'toString', 'absent'])('%s is not found in {}', async (field) => {
    expect(passed(await check(holding('{}'), { key: 'k', field })).outputs).toMatchObject({ found: false, text: '' });
  });
  test('fields are exact', async () => {
    const { outputs } = passed(
      await check(holding('{"__proto__":9007199254740993}'), { key: 'k', field: '__proto__' }),
    );
    expect(outputs).toMatchObject({ found: true, text: '9007199254740993' });
  });
  test.each([
    ['0x10', -1],
    [' 12 ', -1],
    ['Infinity', -1],
    ['12.5', 12.5],
    ['1e3', 1000],
  ])('%j is the number %d', async (text, number) => {
    expect(passed(await check(holding(text), { key: 'k' })).outputs.number).toBe(number);
  });

  test('of a secret address nothing is told, whatever goes wrong', async () => {
    const refusing = { auth: `-WRONGPASS invalid username-password pair${CR}`, hello: `-WRONGPASS invalid${CR}` };
    const run = await check(refusing, {}, 'redis://canaryuser:canary-word-1@127.0.0.1:PORT');
    expect(failed(run)).toMatchObject({
      code: 'EXPECTATION_FAILED',
      message: expect.stringContaining('user and password'),
    });
    const moved = await check({ type: `-MOVED 1 10.0.0.7:6381${CR}` }, { key: 'k' }, 'redis://127.0.0.1:PORT');
    expect(failed(moved).message).not.toContain('10.0.0.7');
    const told = readFileSync(join(run.task.goLive.evidenceDir, 'data', 'events.jsonl'), 'utf8');
    expect(told).not.toMatch(/canary|127\.0\.0\.1/);
  });
});

describe('what is no Redis', () => {
  const answering = async (text: string): Promise<string> => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(text));
    });
    return `redis://127.0.0.1:${await listening(server)}`;
  };
  test.each([
    ['HTTP/1.1 400 Bad Request\r\n\r\n', 'is no Redis: what answers there begins with "H", as HTTP does'],
    ['SSH-2.0-x\r\n', 'is no Redis: what answers there begins with "S", as SSH does'],
    ['garbage\r\n', 'is no Redis: what answers there begins with "g"'],
  ])('%j is told', async (text, message) => {
    expect(failed(await runStep('redis.check', { url: await answering(text) })).message).toContain(message);
  });
  test('the time is for all that is asked together', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      // Each answer takes its time, and none takes too long.
      socket.on('data', () => setTimeout(() => socket.write('+OK\r\n'), 400));
    });
    const url = `redis://127.0.0.1:${await listening(server)}`;
    const run = await runStep('redis.check', { url, key: 'a', equals: 'b', timeout: '700ms' });
    expect(failed(run).message).toContain('no answer in time');
  });
});

test('a connection that did not come about leaves nothing that keeps the process from ending', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
  const port = await redis({});
  await Promise.all(servers.splice(0).map(closed));
  const check = (step: string) => runStep('redis.check', { url: `redis://127.0.0.1:${port}` }, { task: { step } });
  // The first loads what speaks to Redis.
  expect(failed(await check('first')).code).toBe('CONNECTION_FAILED');
  const before = timers();
  expect(failed(await check('second')).code).toBe('CONNECTION_FAILED');
  expect(timers()).toBeLessThanOrEqual(before);
});
