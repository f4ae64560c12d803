import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { recomputeOutputs } from '../../../kinds/recompute.js';
import type { JsonObject } from '../../../model/json.js';
import { portOf } from '../../kits/port.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

/** How the service under test is watched: what each test bends. */
interface Ways {
  metrics: (requests: number) => string;
  line: (id: string) => string;
  /** Milliseconds after which lines are written. */
  late: number;
  status: number;
  rotates: boolean;
}
const text = (requests: number): string =>
  `# HELP http_requests_total Requests.\n# TYPE http_requests_total counter\nhttp_requests_total{path="/orders"} ${requests}\nhttp_requests_total{path="/other"} 7\n`;

let ways: Ways;
let folder: string;
let server: Server;
let url: string;
beforeEach(async () => {
  folder = temporaryFolder();
  writeFileSync(join(folder, 'app.log'), 'a line of before\n');
  ways = {
    metrics: text,
    line: (id) => JSON.stringify({ level: 'info', msg: 'order', requestId: id }),
    late: 0,
    status: 200,
    rotates: false,
  };
  let requests = 40;
  const pokes = new Set<NodeJS.Timeout>();
  server = createServer((request, response) => {
    if (request.url === '/metrics') {
      response.writeHead(200, { 'content-type': 'text/plain' }).end(ways.metrics(requests));
      return;
    }
    requests += 1;
    const header = String(request.headers['x-request-id']);
    let told = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (told += chunk));
    const write = (): void => {
      // Where there is a body, the id is what that tells.
      const id = /golive-[0-9a-f-]{36}/.exec(told)?.[0] ?? (told === '' ? header : 'none');
      if (ways.rotates) renameSync(join(folder, 'app.log'), join(folder, 'app.log.1'));
      ways.rotates = false;
      const line = ways.line(id);
      if (line !== '') appendFileSync(join(folder, 'app.log'), `${line}\n`);
    };
    request.on('end', () => {
      if (ways.late === 0) write();
      else pokes.add(setTimeout(write, ways.late));
      response.writeHead(ways.status).end();
    });
  });
  server.on('close', () => {
    for (const one of pokes) clearTimeout(one);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${portOf(server)}`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const counters: JsonObject = { orders: { metric: 'http_requests_total', labels: { path: '/orders' } } };
const input = (more: JsonObject = {}): JsonObject => ({
  poke: { url: `${url}/orders` },
  metrics: { url: `${url}/metrics`, counters },
  logs: { files: ['app.log'], needs: ['level', 'msg', 'requestId'] },
  trace: { files: ['app.log'], member: 'requestId' },
  every: 20,
  within: 300,
  ...more,
});
const run = (more: JsonObject = {}) => runStep('observability.check', input(more), { goLive: { baseDir: folder } });
const outputsOf = async (more: JsonObject = {}) => passed(await run(more)).outputs;
const failureOf = async (more: JsonObject = {}) => failed(await run(more));

stepKit('observability.check', {
  good: () => ({
    ...input(),
    logs: { files: [join(folder, 'app.log')], needs: ['level'] },
    trace: { files: [join(folder, 'app.log')] },
  }),
  bad: () => ({ ...input(), metrics: { url: `${url}/gone`, counters } }),
  badCode: 'CHECK_FAILED',
});

test('what is seen: counters, structure, and each id', async () => {
  const made = await run({ poke: { url: `${url}/orders`, times: 4 } });
  const { outputs } = passed(made);
  expect(outputs).toEqual({
    pokes: 4,
    counters: 1,
    moving: 1,
    growth: { orders: 4 },
    frozen: [],
    lines: 4,
    structured: 4,
    unstructured: 0,
    faults: [],
    traced: 4,
    untraced: 0,
    credentials: 0,
  });
  const kept = (name: string) => readFileSync(join(made.folder, name));
  expect(await recomputeOutputs('observability.check', made.task.input, kept)).toEqual(outputs);
  const frozen = (name: string) => kept(name === 'metrics-after.txt' ? 'metrics-before.txt' : name);
  expect(await recomputeOutputs('observability.check', made.task.input, frozen)).toMatchObject({ moving: 0 });
});

test('what comes later is waited for, and a log that is rotated meanwhile is read on', async () => {
  ways.late = 150;
  ways.rotates = true;
  expect(await outputsOf({ within: 5000 })).toMatchObject({ moving: 1, traced: 3, lines: 3 });
});

describe('counters that do not move', () => {
  test.each<[string, (requests: number) => string, string]>([
    ['frozen metrics', () => text(40), 'grew by 0, and 3 must be'],
    ['metrics that move by less than the requests', (n) => text(40 + Math.min(1, n - 40)), 'grew by 1, and 3 must be'],
    ['a counter that is not there', () => 'up 1\n', 'is not there'],
    ['a counter that went back', (n) => text(n > 40 ? 3 : 40), 'went back from 40 to 3'],
    ['a gauge', (n) => text(n).replace('counter', 'gauge'), 'is a gauge'],
    ['no number', (n) => text(n).replace(/\} \d+/, '} NaN'), 'has the value NaN'],
    [
      'a series that comes, of what nobody says that it is a counter',
      (n) => (n > 40 ? `http_requests_total{path="/orders"} ${n}\n` : 'up 1\n'),
      'nobody says',
    ],
  ])('%s: moving is 0', async (_, metrics, why) => {
    ways.metrics = metrics;
    const outputs = await outputsOf();
    expect(outputs).toMatchObject({ counters: 1, moving: 0, pokes: 3 });
    expect(outputs.frozen).toEqual([expect.stringContaining(why)]);
  });

  test('a counter that comes with its first request counts from 0; a least growth of its own', async () => {
    ways.metrics = (n) => (n > 40 ? text(n - 40) : '# TYPE http_requests_total counter\nup 1\n');
    expect(await outputsOf()).toMatchObject({ moving: 1, growth: { orders: 3 } });
    ways.metrics = text;
    const by = { metrics: { url: `${url}/metrics`, counters: { orders: { metric: 'http_requests_total', by: 9 } } } };
    expect(await outputsOf(by)).toMatchObject({ moving: 0, growth: { orders: 3 } });
  });
});

describe('lines and ids', () => {
  test.each<[string, (id: string) => string, JsonObject, string]>([
    ['words', (id) => `order ${id}`, { structured: 0, unstructured: 3, traced: 0 }, 'is no JSON'],
    [
      'half a line',
      (id) => `{"level":"info","requestId":"${id}"`,
      { structured: 0, unstructured: 3, traced: 0 },
      'is no JSON',
    ],
    ['no object', (id) => `["${id}"]`, { structured: 0, unstructured: 3 }, 'is no object'],
    [
      'a member that is missing',
      (id) => `{"level":"info","requestId":"${id}"}`,
      { structured: 0, traced: 3 },
      'has no msg',
    ],
    [
      'an empty member',
      (id) => `{"level":"","msg":"x","requestId":"${id}"}`,
      { structured: 0, traced: 3 },
      'has no level',
    ],
  ])('%s: unstructured', async (_, line, outputs, why) => {
    ways.line = line;
    const seen = await outputsOf();
    expect(seen).toMatchObject({ lines: 3, ...outputs });
    expect(seen.faults).toEqual(Array.from({ length: 3 }, () => expect.stringContaining(why)));
  });

  test('an id in another member is no trace, unless it may stand anywhere', async () => {
    ways.line = (id) => JSON.stringify({ level: 'info', msg: id, requestId: 'none' });
    expect(await outputsOf()).toMatchObject({ traced: 0, untraced: 3 });
    expect(await outputsOf({ trace: { files: ['app.log'] } })).toMatchObject({ traced: 3, untraced: 0 });
  });

  test('the id may stand in the body, for what keeps no header', async () => {
    const body = { reason: 'as THE-ID says' };
    const poke = { url: `${url}/orders`, method: 'POST', body };
    expect(await outputsOf({ poke })).toMatchObject({ traced: 0, untraced: 3 });
    expect(await outputsOf({ poke: { ...poke, idText: 'THE-ID' } })).toMatchObject({ traced: 3, untraced: 0 });
    const before = readFileSync(join(folder, 'app.log'), 'utf8');
    const failure = await failureOf({ poke: { ...poke, idText: 'ANOTHER' } });
    expect([failure.code, failure.message]).toEqual(['BAD_INPUT', expect.stringContaining("does not hold 'ANOTHER'")]);
    expect(readFileSync(join(folder, 'app.log'), 'utf8')).toBe(before);
  });

  test('lines of before do not count', async () => {
    ways.line = () => '';
    const failure = await failureOf();
    expect(failure.code).toBe('CHECK_FAILED');
    expect(failure.message).toContain('0 lines were written to app.log, and 1 must be');
  });
});

describe('what could not be looked at', () => {
  test.each<[string, Partial<Ways>, string]>([
    ['a request that is refused', { status: 503 }, 'answers 503, not 200'],
    ['a page in place of metrics', { metrics: () => '<html></html>\n' }, 'cannot be read'],
    ['an empty answer', { metrics: () => '' }, 'holds no sample'],
    ['half of the metrics', { metrics: (n) => text(n).slice(0, -2) }, 'half-written'],
    ['a line that is none', { metrics: (n) => `${text(n)}a b c\n` }, 'is no sample'],
    ['a series twice', { metrics: (n) => `${text(n)}http_requests_total{path="/other"} 8\n` }, 'once more'],
    ['a type twice', { metrics: (n) => `# TYPE http_requests_total counter\n${text(n)}` }, 'once more'],
    ['a type that is none', { metrics: (n) => text(n).replace('counter', 'number') }, 'no type that is known'],
  ])('%s fails the step', async (_, bent, why) => {
    Object.assign(ways, bent);
    const failure = await failureOf();
    expect(failure.code).toBe('CHECK_FAILED');
    expect(failure.message).toContain(why);
  });

  test('a log that is not there, an endpoint that is gone, and nothing to look at', async () => {
    expect((await failureOf({ trace: { files: ['gone.log'] } })).code).toBe('NOT_FOUND');
    const gone = { metrics: { url: 'http://127.0.0.1:1/metrics', counters } };
    expect((await failureOf(gone)).code).toBe('CONNECTION_FAILED');
    const nothing = await runStep('observability.check', { poke: { url } }, { goLive: { baseDir: folder } });
    expect(failed(nothing).message).toContain('give `metrics`, `logs` or `trace`');
  });
});
