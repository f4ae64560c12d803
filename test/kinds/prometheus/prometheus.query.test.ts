import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../model/json.js';
import { checkKind } from '../../kits/check-kind.js';
import { figuresAgain } from '../../kits/figures-again.js';
import { portOf } from '../../kits/port.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep } from '../../kits/step-run.js';

type Form = Record<string, string>;
/** What the server says to a query: a body, or a body with a status. */
type Says = (form: Form, path: string) => string | { status: number; body: string; headers?: Record<string, string> };

let server: Server;
let says: Says;
let asked: { form: Form; path: string; headers: IncomingMessage['headers'] }[] = [];
const url = (): string => `http://127.0.0.1:${portOf(server)}`;

const vector = (...series: [metric: string, time: number, value: string][]): string =>
  JSON.stringify({
    status: 'success',
    data: {
      resultType: 'vector',
      result: series.map(([job, time, value]) => ({ metric: job === '' ? {} : { job }, value: [time, value] })),
    },
  });

beforeEach(async () => {
  says = ({ time }) => vector(['', Number(time), '0.25']);
  asked = [];
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const form = Object.fromEntries(new URLSearchParams(Buffer.concat(parts).toString('utf8')));
      asked.push({ form, path: request.url ?? '', headers: request.headers });
      if (form.query === 'hang') return;
      const said = says(form, request.url ?? '');
      const { status, body, headers = {} } = typeof said === 'string' ? { status: 200, body: said } : said;
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

stepKit('prometheus.query', {
  good: () => ({ url: url(), query: 'up' }),
  bad: () => ({ url: `${url()}/`, query: 'up', accept: [], headers: { 'x-y': { env: 'GOLIVE_NO_SUCH' } } }),
  badCode: 'NOT_FOUND',
  slow: () => ({
    input: { url: url(), query: 'hang' },
    under: async () => {
      while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    },
  }),
});

const query = (more: JsonObject = {}) => runStep('prometheus.query', { url: url(), query: 'up', ...more });

describe('an instant query', () => {
  test('gives the value of its one series; query and time stand in record and sentence', async () => {
    const run = await query({ query: 'up{job="$job"}', values: { job: 'a"b' } });
    const { outputs, summary } = passed(run);
    expect(outputs).toMatchObject({ value: 0.25, unknown: {}, series: 1, query: 'up{job="a\\"b"}' });
    expect(summary).toBe(`value 0.25, of 1 series at ${String(outputs.at)}: up{job="a\\"b"}`);
    expect(asked).toMatchObject([
      {
        path: '/api/v1/query',
        form: { query: 'up{job="a\\"b"}', partial_response: 'false', deny_partial_response: '1', timeout: '30000ms' },
      },
    ]);
    expect(JSON.parse(readFileSync(join(run.folder, 'answer.json'), 'utf8'))).toMatchObject({
      query: 'up{job="a\\"b"}',
      time: asked[0]?.form.time,
      evaluated: Date.parse(String(outputs.at)),
    });
    expect(await figuresAgain('prometheus.query', run)).toEqual(outputs);
  });

  test.each<[string, (now: number) => string, string]>([
    ['no series', () => vector(), 'no series is there'],
    ['two', (now) => vector(['a', now, '1'], ['b', now, '2']), '2 series are there, as {job="a"}'],
    ['NaN', (now) => vector(['', now, 'NaN']), 'it is NaN'],
    ['+Inf', (now) => vector(['', now, '+Inf']), 'it is +Inf'],
    ['a stale sample', (now) => vector(['', now - 301, '1']), 'its sample is 5m1s old, older than 5m'],
    ['one of the future', (now) => vector(['', now + 5, '1']), 'its sample is from 5s after the time of the query'],
    ['a warning', (now) => vector(['', now, '1']).replace('}]}', '}]},"warnings":["half"]').slice(0, -1) + '}', 'half'],
    ['a scalar', (now) => `{"status":"success","data":{"resultType":"scalar","result":[${now},"1"]}}`, 'a scalar'],
  ])('%s is unknown', async (_, body, why) => {
    says = ({ time }) => body(Number(time));
    const run = await query();
    const { outputs, summary } = passed(run);
    expect(outputs).not.toHaveProperty('value');
    expect(outputs.unknown).toEqual({ value: expect.stringContaining(why) });
    expect(summary).toContain(`unknown: value (`);
    expect(await figuresAgain('prometheus.query', run)).toEqual(outputs);
  });

  test('by a label, each series has its name; what is not sure is told by it', async () => {
    says = ({ time }) => {
      const now = Number(time);
      return vector(['a', now, '1'], ['b', now, 'NaN'], ['c', now, '3'], ['c', now, '4']);
    };
    const run = await query({ by: 'job' });
    expect(passed(run).outputs).toMatchObject({
      values: { a: 1 },
      unknown: { b: 'it is NaN', c: '2 series have this name' },
      series: 4,
      points: 1,
      missing: 3,
    });
    for (const [name, labels] of [
      ['', '{}'],
      ['__proto__', '{job="__proto__"}'],
    ] as const) {
      says = ({ time }) => vector(['a', Number(time), '1'], [name, Number(time), '2']);
      expect(passed(await query({ by: 'job' })).outputs).toMatchObject({
        values: {},
        unknown: { value: `a series has no name by job: ${labels}` },
      });
    }
  });

  test('`newest` says how old what it is made of is', async () => {
    const at =
      (age: number): Says =>
      (form) =>
        vector(['', Number(form.time), form.query === 'new' ? String(Number(form.time) - age) : '7']);
    const input = { newest: 'new', within: '1m' };
    says = at(30);
    const run = await query(input);
    expect(passed(run).outputs).toMatchObject({ value: 7 });
    expect(await figuresAgain('prometheus.query', run)).toEqual(passed(run).outputs);
    for (const [age, why] of [
      [90, 'the newest sample is 1m30s old, older than 1m'],
      [-90, 'is from 1m30s after the time of the query'],
      [Number.NaN, 'the time of the newest sample is unknown: it is no number'],
    ] as const) {
      says = at(age);
      expect(passed(await query(input)).outputs.unknown).toEqual({ value: expect.stringContaining(why) });
    }
    says = (form) => (form.query === 'new' ? vector() : vector(['', Number(form.time), '7']));
    expect(passed(await query(input)).outputs.unknown).toEqual({ value: expect.stringContaining('0 series say it') });
  });
});

describe('a range', () => {
  /** Points by their place; a hole where there is none. */
  const matrix = (form: Form, ...texts: (string | undefined)[]): string => {
    const [start, step] = [Number(form.start), Number(form.step)];
    const values = texts.flatMap((text, place) => (text === undefined ? [] : [[start + place * step, text]]));
    return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [{ metric: {}, values }] } });
  };
  const range = { last: '4m', step: '1m' };

  test('gives the statistics of its points', async () => {
    says = (form) => matrix(form, '1', '2', '3', '4', '10');
    const run = await query({ range });
    const { outputs, summary } = passed(run);
    expect(outputs).toMatchObject({
      range: { min: 1, max: 10, mean: 4, last: 10, p50: 3 },
      points: 5,
      expected: 5,
      missing: 0,
    });
    expect(summary).toContain('of 5 of 5 points, 4m each 1m up to');
    // As Thanos, Mimir and VictoriaMetrics align what is not, each in its own way.
    expect(asked[0]).toMatchObject({ path: '/api/v1/query_range', form: { step: '60', nocache: '1' } });
    expect(Number(asked[0]?.form.start) % 60).toBe(0);
    expect(Number(asked[0]?.form.end) - Number(asked[0]?.form.start)).toBeCloseTo(240, 3);
    expect(await figuresAgain('prometheus.query', run)).toEqual(outputs);
  });

  test.each<[string, (string | undefined)[], number, JsonObject, JsonObject]>([
    [
      'a hole',
      ['1', undefined, '3', '4', '5'],
      0,
      {},
      { range: '1 of 5 points are missing or no numbers, and at most 0' },
    ],
    ['NaN', ['1', 'NaN', '3', '4', '5'], 0, {}, { range: '1 of 5 points are missing or no numbers, and at most 0' }],
    ['a hole that may be', ['1', undefined, '3', '4', '5'], 1, { min: 1, last: 5 }, {}],
    ['no last point', ['1', '2', '3', '4'], 1, { min: 1, max: 4 }, {}],
    ['NaN in the last', ['1', '2', '3', '4', '+Inf'], 1, { max: 4 }, {}],
    ['nothing but NaN', ['NaN', 'NaN', 'NaN', 'NaN', 'NaN'], 5, {}, { range: '5 of 5 points' }],
    ['one too many', ['1', '2', '3', '4', '5', '6'], 5, {}, { range: 'was not asked for' }],
  ])('%s', async (_, texts, atMost, figures, unknown) => {
    says = (form) => matrix(form, ...texts);
    const run = await query({ range, missing: { atMost } });
    const { outputs } = passed(run);
    expect(outputs.range).toMatchObject(figures);
    if (Object.keys(figures).length === 0) expect(outputs.range).toEqual({});
    if (texts[4] === undefined || texts[4] === '+Inf') expect(outputs.range).not.toHaveProperty('last');
    const told = Object.entries(unknown).map(([name, why]) => [name, expect.stringContaining(String(why))] as const);
    expect(outputs.unknown).toEqual(Object.fromEntries(told));
    expect(await figuresAgain('prometheus.query', run)).toEqual(outputs);
  });

  test('a point twice, one between, no series, a vector', async () => {
    const twice = (form: Form) => matrix(form, '1', '2', '3', '4', '5').replace(/(\[[\d.]+,"1"\])/, '$1,$1');
    const between = (form: Form) => matrix({ ...form, start: String(Number(form.start) + 7) }, '1', '2', '3', '4');
    const none = () => '{"status":"success","data":{"resultType":"matrix","result":[]}}';
    for (const [body, why] of [
      [twice, 'is there twice'],
      [between, 'was not asked for'],
      [none, 'no series is there'],
      [(form: Form) => vector(['', Number(form.end), '1']), 'no matrix'],
    ] as const) {
      says = body;
      expect(passed(await query({ range })).outputs).toMatchObject({
        range: {},
        unknown: { range: expect.stringContaining(why) },
      });
    }
  });
});

describe('no answer fails the step', () => {
  const error = (type: string, text: string): string =>
    JSON.stringify({ status: 'error', errorType: type, error: text });
  test.each<[string, ReturnType<Says>, string, string]>([
    [
      'a query that is none',
      { status: 400, body: error('bad_data', 'parse error') },
      'EXPECTATION_FAILED',
      'bad_data: parse error',
    ],
    ['no right', { status: 401, body: 'no org id' }, 'EXPECTATION_FAILED', 'got 401'],
    ['a wrong path', { status: 404, body: '404 page not found' }, 'EXPECTATION_FAILED', 'got 404'],
    ['too much', { status: 422, body: error('execution', 'too many samples') }, 'CHECK_FAILED', 'too many samples'],
    ['no time', { status: 503, body: error('timeout', 'query timed out') }, 'CHECK_FAILED', 'query timed out'],
    ['an error that is called well', error('internal', 'x'), 'CHECK_FAILED', 'it says internal: x'],
    ['an error with data', '{"status":"error","data":{"resultType":"vector","result":[]}}', 'CHECK_FAILED', 'it says'],
    ['a page', '<html>log in</html>', 'CHECK_FAILED', 'is no JSON'],
    ['nothing', '', 'CHECK_FAILED', 'is no JSON'],
    ['another API', '{"status":"ok"}', 'CHECK_FAILED', 'none of Prometheus'],
    ['a redirect', { status: 302, body: '', headers: { location: '/graph' } }, 'CHECK_FAILED', 'got 302'],
  ])('%s', async (_, body, code, message) => {
    says = () => body;
    const failure = failed(await query());
    expect(failure).toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test('longer than it may be', async () => {
    expect(failed(await query({ maxBytes: 20 })).message).toContain('longer than the 20 bytes');
  });
});

test('tenant and secrets go in headers', async () => {
  const run = await runStep(
    'prometheus.query',
    { url: `${url()}/prometheus/`, query: 'up', tenant: 'shop', headers: { Authorization: { env: 'TOLD' } } },
    { env: { ...process.env, TOLD: 'Bearer canary' } },
  );
  passed(run);
  expect(asked[0]).toMatchObject({
    path: '/prometheus/api/v1/query',
    headers: { 'x-scope-orgid': 'shop', authorization: 'Bearer canary' },
  });
});

test('a preflight asks for a constant', async () => {
  await expect(checkKind('prometheus.query', { url: url(), query: 'up' })).resolves.toBe(
    `POST ${url()}/api/v1/query answers.`,
  );
  expect(asked).toMatchObject([{ form: { query: 'vector(1)' } }]);
  says = () => ({ status: 404, body: 'not found' });
  await expect(checkKind('prometheus.query', { url: url(), query: 'up' })).rejects.toThrow(
    'answers 404, and not as Prometheus does',
  );
  says = () => '<html>';
  await expect(checkKind('prometheus.query', { url: url(), query: 'up' })).rejects.toThrow('answers 200, and not');
});

test.each<[string, JsonObject, string]>([
  ['an expression in the query', { query: 'up{job="${{ inputs.job }}"}' }, 'write $name there'],
  ['a name that is not given', { query: 'rate(x[$__rate_interval])' }, '$__rate_interval is none of `values`'],
  ['a value that is not used', { values: { job: 'x' } }, 'there is no $job in the query'],
  ['a value in a wrong place', { query: 'up * $n', values: { n: 'x' } }, 'only a number or a duration'],
  ['too many points', { range: { last: '7d', step: '1s' } }, 'more than the 11000 points'],
  ['an address with a query', { url: 'http://p/?x=1' }, 'without a ? or #'],
])('%s is refused', async (_, more, message) => {
  expect(failed(await query(more)).message).toContain(message);
});
