import { createServer, type Server } from 'node:http';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../model/json.js';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../../kits/until.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

type Answer = (path: string) => { status?: number; body?: string; afterMs?: number } | 'reset';

let server: Server;
let url: string;
let answer: Answer;
let asked: string[];
beforeEach(async () => {
  answer = () => ({});
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const given = answer(request.url ?? '');
    if (given === 'reset') return void request.socket.destroy();
    const { status = 200, body = 'ok', afterMs = 0 } = given;
    return void setTimeout(() => response.writeHead(status).end(body), afterMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

/** Lag of a machine that is busy with other tests is not what these tests are about. */
const load = (profile: JsonObject, requests: JsonObject, more: JsonObject = {}): JsonObject => ({
  profile,
  requests,
  maxLag: '1s',
  ...more,
});
const unsentOf = (errors: unknown): number => Number(Object(errors).unsent);
const SHORT = { agents: 5, perMinute: 3000, duration: '1s' };

stepKit('load.run', {
  good: () => load(SHORT, { root: { url } }),
  bad: () => load({ agents: 1, perMinute: 1, duration: '1s' }, { root: { url } }),
  badCode: 'BAD_INPUT',
  slow: () => ({
    input: load({ agents: 5, perMinute: 600, duration: '10m' }, { root: { url } }),
    under: () => eventually('a task was sent', 20_000, () => asked.length > 0),
  }),
});

const run = async (input: JsonObject) => runStep('load.run', input, { goLive: { baseDir: temporaryFolder() } });

describe('what is measured', () => {
  test('every task is sent once, in the proportion of the weights, and its number stands where it is asked for', async () => {
    const requests = { a: { url: `${url}/a?n={{task}}`, weight: 3 }, b: { url: `${url}/b` } };
    const { outputs } = passed(await run(load(SHORT, requests)));
    expect(outputs).toMatchObject({ tasks: 50, errors: 0, byStatus: { '200': 50 }, ratePlanned: 50, scale: 1 });
    expect(outputs.byRequest).toMatchObject({ a: { tasks: 38, errors: 0 }, b: { tasks: 12, errors: 0 } });
    const numbers = asked.filter((path) => path.startsWith('/a')).map((path) => path.slice('/a?n='.length));
    expect(new Set(numbers).size).toBe(38);
  });

  test('what is answered otherwise, too late, or not at all is an error of its kind', async () => {
    const of = (path: string) =>
      ({
        '/status': { status: 503 },
        '/body': { body: 'sorry' },
        '/slow': { afterMs: 5000 },
        '/reset': 'reset' as const,
      })[path];
    answer = (path) => of(path) ?? {};
    const { port } = new URL(url);
    const dead = `http://127.0.0.1:${port === '9' ? '10' : '9'}`;
    const requests = {
      status: { url: `${url}/status` },
      body: { url: `${url}/body`, expect: { bodyContains: 'ok' } },
      slow: { url: `${url}/slow` },
      reset: { url: `${url}/reset` },
      dead: { url: dead },
      fine: { url: `${url}/fine`, expect: { status: 200, bodyContains: 'ok' } },
    };
    const { outputs } = passed(
      await run(load({ agents: 50, perMinute: 3600, duration: '1s' }, requests, { timeout: '500ms' })),
    );
    expect(outputs).toMatchObject({
      tasks: 60,
      errors: 50,
      byError: { body: 10, refused: 10, reset: 10, status: 10, timeout: 10 },
      byStatus: { '0': 30, '200': 20, '503': 10 },
      byRequest: { fine: { tasks: 10, errors: 0 } },
    });
    expect(outputs.p99Upper).toBeUndefined();
  });

  test('a rehearsal puts as many tasks on at so many times the rate', async () => {
    const goLive = { baseDir: temporaryFolder(), timeScale: 60 };
    const made = await runStep('load.run', load({ agents: 5, perMinute: 60, duration: '1m' }, { root: { url } }), {
      goLive,
    });
    expect(passed(made).outputs).toMatchObject({ tasks: 60, ratePlanned: 60, scale: 60 });
  });

  test('a stall of the service is seen by all who were due in it, and p99 is what theory says', async () => {
    // One answer at a time: the service does nothing for two seconds, four seconds after it was first asked.
    let begun: number | undefined;
    answer = () => {
      const now = performance.now();
      begun ??= now;
      const at = now - begun;
      return { afterMs: at >= 4000 && at < 6000 ? 6000 - at : 0 };
    };
    const { outputs } = passed(await run(load({ agents: 900, perMinute: 6000, duration: '10s' }, { root: { url } })));
    // 1,000 tasks, 200 of them in the stall with waits of 0 to 2,000 ms: the 10 longest are beyond p99.
    expect(outputs.tasks).toBe(1000);
    expect(Number(outputs.p99)).toBeGreaterThan(1900 * 0.95);
    // A machine that is busy with other tests adds its own: to every answer, and to when tasks are begun.
    expect(Number(outputs.p99)).toBeLessThan(1900 * 1.05 + Number(outputs.lagP99) + 3 * Number(outputs.p50));
    expect(Number(outputs.p50)).toBeLessThan(500);
    expect(Number(outputs.arrivalError)).toBeLessThan(0.01);
    expect(outputs.p99Upper).toBeGreaterThanOrEqual(Number(outputs.p99));
  });

  test('with too few agents the wait for one counts, and what is never sent is an error', async () => {
    answer = () => ({ afterMs: 400 });
    const { outputs } = passed(
      await run(load({ agents: 1, perMinute: 1200, duration: '1s' }, { root: { url } }, { timeout: '1s' })),
    );
    expect(outputs.byError).toEqual({ unsent: expect.any(Number) });
    expect(asked.length + unsentOf(outputs.byError)).toBe(20);
    expect(Number(outputs.max)).toBeGreaterThan(1000);
    expect(outputs.waited).toBeGreaterThan(10);
  });
});

describe('what is void or stopped', () => {
  test('a generator that came too late to its tasks makes the run void, and no figure of it an output', async () => {
    const made = await run(load(SHORT, { root: { url } }, { maxLag: 0 }));
    const failure = failed(made);
    expect(failure.code).toBe('EXPECTATION_FAILED');
    expect(failure.message).toMatch(
      /^The load is void, for its generator fell behind: it came to tasks [\d.]+ ms late/,
    );
    expect(failure.evidence?.map(({ path }) => path.split('/').at(-1))).toEqual(
      expect.arrayContaining(['samples.csv', 'load.json']),
    );
  });

  test('a guard ends the load as soon as it is certain', async () => {
    answer = () => ({ status: 500 });
    const guards = [{ id: 'errors', title: 'Too many errors', trips: 'it.errorShare > 0.05' }];
    const made = await runStep('load.run', load({ agents: 5, perMinute: 6000, duration: '1m' }, { root: { url } }), {
      goLive: { baseDir: temporaryFolder() },
      task: { guards },
    });
    expect(failed(made)).toMatchObject({ code: 'GUARD_TRIPPED', facts: { tasks: 6000 } });
    expect(asked.length).toBeLessThan(1000);
  });

  test.each([
    ['more tasks than are allowed', { agents: 1, perMinute: 60_000, duration: '1h' }, 'at most 200000'],
    ['no task', { agents: 1, perMinute: 1, duration: '1s' }, 'No task arrives'],
  ])('%s: refused before anything is sent', async (_, profile, words) => {
    const failure = failed(await run(load(profile, { root: { url } })));
    expect(failure.code).toBe('BAD_INPUT');
    expect(failure.message).toContain(words);
    expect(asked).toEqual([]);
  });

  test.each([
    ['http://user:secret@127.0.0.1:1/', 'holds a user or password'],
    ['http://169.254.169.254/latest/', '169.254.169.254'],
    ['http://{{task}}.example/', 'may not change by task'],
  ])('%s is not loaded', async (address, words) => {
    const failure = failed(await run(load(SHORT, { root: { url: address } })));
    expect(failure.code).toBe('BAD_INPUT');
    expect(failure.message).toContain(words);
  });
});

test('a sample that is taken out, changed or doubled is found by who reads them again', async () => {
  const { recomputeOutputs } = await import('../../../kinds/recompute.js');
  const input = load(SHORT, { root: { url } });
  const made = await run(input);
  const { outputs } = passed(made);
  const file = (name: string): Buffer => readFileSync(join(made.folder, name));
  const again = async (text: string) =>
    recomputeOutputs('load.run', input, (name) => (name === 'samples.csv' ? Buffer.from(text) : file(name)));
  const whole = file('samples.csv').toString();
  expect(await again(whole)).toEqual(outputs);
  const lines = whole.trimEnd().split('\n');
  const joined = (all: readonly string[]): string => `${all.join('\n')}\n`;
  await expect(again(joined(lines.slice(0, -1)))).rejects.toThrow('samples of 49');
  await expect(again(joined([...lines.slice(0, -1), lines[1] ?? '']))).rejects.toThrow('samples of 49');
  await expect(again(joined([...lines, 'x']))).rejects.toThrow('cannot be read');
  const [first = '', ...rest] = (lines[1] ?? '').split(',');
  const later = joined([lines[0] ?? '', [first, rest[0], '77777', ...rest.slice(2)].join(','), ...lines.slice(2)]);
  await expect(again(later)).rejects.toThrow('tasks were due');
  writeFileSync(join(made.folder, 'load.json'), '{"scale":2}');
  await expect(again(whole)).rejects.toThrow('tasks were due');
});
