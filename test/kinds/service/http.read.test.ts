import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../../model/json.js';
import { figuresAgain } from '../../kits/figures-again.js';
import { portOf } from '../../kits/port.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep } from '../../kits/step-run.js';

/** What the server answers, by path. */
interface Said {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Ends the connection after this much of the body. */
  cut?: number;
}

let server: Server;
let port: number;
let said: Said = {};
let asked: { method?: string | undefined; headers: IncomingMessage['headers']; body: string }[] = [];
beforeEach(async () => {
  said = { body: '{"n":3}' };
  asked = [];
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      asked.push({ method: request.method, headers: request.headers, body: Buffer.concat(parts).toString('utf8') });
      if (request.url === '/hang') return;
      const { status = 200, headers = { 'content-type': 'application/json' }, body = '', cut } = said;
      response.writeHead(status, headers);
      if (cut === undefined) response.end(body);
      else response.write(body.slice(0, cut), () => response.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : 0;
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const url = (path = '/stats'): string => `http://127.0.0.1:${port}${path}`;

stepKit('http.read', {
  good: () => ({ url: url(), values: { n: '$.n' } }),
  bad: () => ({ url: url(), values: { n: '$.n' }, expect: { status: 204 } }),
  badCode: 'CHECK_FAILED',
  slow: () => ({
    input: { url: url('/hang'), values: { n: '$.n' } },
    under: async () => {
      while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    },
  }),
});

const reading = (body: string | Buffer, f: Json, more: JsonObject = {}) => {
  said = { body };
  return runStep('http.read', { url: url(), values: { f }, ...more });
};

describe('a figure', () => {
  test.each<[string, Json, string | number | boolean]>([
    ['{"f":0.93}', '$.f', 0.93],
    ['{"f":-0}', '$.f', 0],
    ['{"f":{}}', { path: '$.f[?@.down]', reduce: 'count' }, 0],
    ['{"a":[]}', { path: '$.a[*].failed[*]', reduce: 'count' }, 0],
    ['{"a":1}', { path: '$.error', reduce: 'count' }, 0],
    ['{"f":1e3}', '$.f', 1000],
    ['{"f":0.10000000000000001}', '$.f', 0.1],
    ['{"f":"v1.4.2"}', '$.f', 'v1.4.2'],
    ['{"f":"1.10"}', { path: '$.f', as: 'text' }, '1.10'],
    ['{"f":"1.10"}', { path: '$.f', as: 'number' }, 1.1],
    ['{"f":7}', { path: '$.f', as: 'text' }, '7'],
    ['{"f":9007199254740993}', { path: '$.f', as: 'text' }, '9007199254740993'],
    ['{"f":true}', '$.f', true],
    ['{"f":"2.2.14"}', '$.f', '2.2.14'],
    ['{"f":"10.0.0.138"}', '$.f', '10.0.0.138'],
    ['{"f":[1,2,9]}', { path: '$.f[*]', reduce: 'max' }, 9],
    ['{"f":[1,2,9]}', { path: '$.f[*]', reduce: 'sum' }, 12],
    ['{"f":[1,2,9]}', { path: '$.f[*]', reduce: 'p50' }, 2],
    ['{"f":["1","2"]}', { path: '$.f[*]', reduce: 'sum', as: 'number' }, 3],
    ['{"f":[]}', { path: '$.f[*]', reduce: 'count' }, 0],
    ['{"data":{"result":[{"value":[1,"7"]}]}}', { path: '$.data.result[0].value[1]', as: 'number' }, 7],
    ['{"__proto__":{"f":1}}', '$.__proto__.f', 1],
    ['\ufeff{"f":1}', '$.f', 1],
  ])('of %s by %j is %j', async (body, wanted, value) => {
    const run = await reading(body, wanted);
    expect(passed(run).outputs).toMatchObject({ values: { f: value }, unknown: {} });
    expect(await figuresAgain('http.read', run)).toEqual(passed(run).outputs);
  });

  test.each<[string, Json, string]>([
    ['{"f":null}', '$.f', 'it is null'],
    ['{}', '$.f', 'nothing is there'],
    ['{}', '$.constructor', 'nothing is there'],
    ['[{"f":1},{"f":2}]', '$[*].f', '2 values are there, as 1; name one of them'],
    ['{"f":[1]}', '$.f', 'it is a list, not one value'],
    ['{"f":{}}', '$.f', 'it is an object'],
    ['{"f":"0.93"}', '$.f', 'it is the text "0.93": say `as: number`'],
    ['{"f":"1,5"}', '$.f', 'it is the text'],
    ['{"f":"1_000"}', '$.f', 'it is the text'],
    ['{"f":"1.234.567"}', '$.f', 'it is the text'],
    ['{"f":"99.9 %"}', '$.f', 'it is the text'],
    ['{"f":"NaN"}', '$.f', 'it is the text "NaN"'],
    ['{"f":"+Inf"}', '$.f', 'it is the text'],
    ['{"f":""}', '$.f', 'it is the text ""'],
    ['{"f":" "}', '$.f', 'it is the text'],
    ['{"f":"NaN"}', { path: '$.f', as: 'number' }, '"NaN" is no number'],
    ['{"f":"0x10"}', { path: '$.f', as: 'number' }, 'is no number'],
    ['{"f":"1,5"}', { path: '$.f', as: 'number' }, 'is no number'],
    ['{"f":true}', { path: '$.f', as: 'number' }, 'true is no number'],
    ['{"f":1e999}', '$.f', 'it is the text "1e999"'],
    ['{"f":9007199254740993}', '$.f', 'it is the text'],
    ['{"f":9007199254740993}', { path: '$.f', as: 'number' }, 'is no number that is held exactly'],
    ['{"f":[]}', { path: '$.f[*]', reduce: 'max' }, 'nothing is there'],
    ['{"f":[1,null]}', { path: '$.f[*]', reduce: 'max' }, '1 of 2 values are no numbers'],
    ['{"f":["1",2]}', { path: '$.f[*]', reduce: 'max' }, '"1" is a text'],
    [`{"f":"${'x'.repeat(501)}"}`, '$.f', 'a text of 501 characters'],
    [`{"f":"AKIA${'ABCDEFGH'.repeat(2)}"}`, '$.f', 'a credential stood there'],
    ['{"error":"db"}', { path: '$.failed[*]', reduce: 'count' }, 'nothing is at $'],
    ['{"error":"db"}', { path: '$.jobs[?@.state=="failed"]', reduce: 'count' }, 'nothing is at $'],
    ['{"failed":null}', { path: '$.failed[*]', reduce: 'count' }, 'is null, no list or object'],
    ['{"failed":"no"}', { path: '$.failed[*]', reduce: 'count' }, 'is "no", no list or object'],
    ['{"a":[{"failed":[]},{}]}', { path: '$.a[*].failed[*]', reduce: 'count' }, 'missing in 1 of 2 places'],
    ['{"error":"db"}', { path: '$..failed[*]', reduce: 'count' }, 'nothing is at $..'],
  ])('of %s by %j is unknown', async (body, wanted, why) => {
    const run = await reading(body, wanted);
    const { outputs, summary } = passed(run);
    expect(outputs.values).toEqual({});
    expect(Object(outputs.unknown).f).toContain(why);
    expect(summary).toContain('unknown: f (');
    expect(await figuresAgain('http.read', run)).toEqual(outputs);
  });
});

describe('an answer that is none fails the step', () => {
  test.each<[string, Said, JsonObject, string]>([
    ['a part of it', { status: 206, body: '{"f":1}' }, {}, 'it is a part of an answer (206)'],
    ['half of it', { body: '{"f":1', cut: 3 }, {}, 'cut off'],
    ['half of its JSON', { body: '{"f":1' }, {}, 'it is no JSON'],
    ['nothing', { body: '' }, {}, 'it is no JSON: ""'],
    ['two', { body: '{"f":1}{"f":2}' }, {}, 'it is no JSON'],
    ['NaN, which is no JSON', { body: '{"f":NaN}' }, {}, 'it is no JSON'],
    [
      'a page of a proxy',
      { body: '<html>login</html>', headers: { 'content-type': 'text/html' } },
      {},
      'it is no JSON',
    ],
    ['a member with two values', { body: '{"f":1,"f":2}' }, {}, 'has "f" twice, with two values'],
    ['too deep', { body: '['.repeat(2000) + ']'.repeat(2000) }, {}, 'nested deeper than'],
    ['another status', { status: 500, body: '{"f":1}' }, {}, 'expected status 200–299, got 500'],
    ['a redirect', { status: 302, headers: { location: '/x' }, body: '{"f":1}' }, {}, 'got 302'],
    ['no content', { status: 204 }, { expect: { status: 200 } }, 'expected status 200, got 204'],
    ['another type', { body: '{"f":1}' }, { expect: { contentType: 'text/csv' } }, 'expected content type text/csv'],
    ['too long', { body: `{"f":1,"x":"${'y'.repeat(100)}"}` }, { maxBytes: 50 }, 'longer than the 50 bytes'],
    ['no UTF-8', { body: Buffer.from('{"f":"\xe9"}', 'latin1') }, {}, 'is no UTF-8'],
    ['UTF-16', { body: Buffer.from('{"f":1}', 'utf16le') }, {}, 'zero bytes'],
    ['an encoding of its own', { headers: { 'content-encoding': 'zstd' }, body: 'x' }, {}, 'zstd'],
    [
      'half of an encoding',
      { headers: { 'content-encoding': 'gzip' }, body: gzipSync('{"f":1}').subarray(0, 15) },
      {},
      '',
    ],
    ['asked to wait', { status: 429, headers: { 'retry-after': '7' } }, {}, 'left alone for 7s'],
  ])('%s', async (_, answer, more, message) => {
    said = answer;
    const run = await runStep('http.read', { url: url(), values: { f: '$.f' }, ...more });
    expect(failed(run).message).toContain(message);
    expect(['CHECK_FAILED', 'CONNECTION_FAILED', 'EXPECTATION_FAILED']).toContain(failed(run).code);
  });

  test('what was read in time is decoded, and told as it is kept', async () => {
    said = { headers: { 'content-encoding': 'gzip' }, body: gzipSync('{"f":1}') };
    const run = await runStep('http.read', { url: url(), values: { f: '$.f' } });
    expect(passed(run)).toMatchObject({
      outputs: { values: { f: 1 }, sha256: createHash('sha256').update('{"f":1}').digest('hex') },
      summary: expect.stringMatching(/^GET http:\S+: f 1 \(7 bytes in \d+ ms\)$/),
    });
  });
});

test('a number that stands alone may go on where no length is said', async () => {
  const bare = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n12'));
  });
  await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));
  const run = await runStep('http.read', { url: `http://127.0.0.1:${portOf(bare)}/`, values: { f: '$' } });
  expect(failed(run).message).toContain('does not say how long it is');
  bare.close();
  expect(passed(await reading('12', '$')).outputs.values).toEqual({ f: 12 });
});

test('a large answer leaves the worker its pauses', async () => {
  const values = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`f${at}`, '$.f']));
  said = { body: JSON.stringify({ f: 1, rest: Array.from({ length: 100_000 }, (_, at) => at) }) };
  let turns = 0;
  let running = true;
  const turn = (): void => {
    turns += 1;
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  const run = await runStep('http.read', { url: url(), values });
  running = false;
  expect(passed(run).outputs.values).toHaveProperty('f19', 1);
  // One for each value at least, besides those of reading.
  expect(turns).toBeGreaterThan(20);
});

test('a POST sends its body as JSON', async () => {
  const input = { url: url(), method: 'POST', body: { since: '1h' }, values: { n: '$.n' } };
  passed(await runStep('http.read', input));
  expect(asked).toMatchObject([{ method: 'POST', body: '{"since":"1h"}' }]);
  expect(failed(await runStep('http.read', { ...input, method: 'GET' })).message).toContain('a GET has no body');
});

test('a secret goes in a header and stands nowhere else; a figure that is the secret is unknown', async () => {
  said = { body: '{"n":31337,"t":"canary-token","ok":1}' };
  const run = await runStep(
    'http.read',
    { url: url(), headers: { Authorization: { env: 'TOLD' } }, values: { t: '$.t', ok: '$.ok' } },
    { env: { ...process.env, TOLD: 'canary-token' } },
  );
  expect(asked[0]?.headers.authorization).toBe('canary-token');
  expect(passed(run).outputs.values).toEqual({ ok: 1 });
  expect(passed(run).outputs.unknown).toEqual({ t: '$.t: a secret stood there, and was taken out' });
  expect(readFileSync(join(run.folder, 'answer.json'), 'utf8')).not.toContain('canary');
  expect(await figuresAgain('http.read', run)).toEqual(passed(run).outputs);
});

test('credentials that nobody declared are masked, and counted', async () => {
  said = { body: JSON.stringify({ n: 1, key: `AKIA${'ABCDEFGH'.repeat(2)}` }) };
  const run = await runStep('http.read', { url: url(), values: { n: '$.n' } });
  expect(passed(run).outputs).toMatchObject({ credentials: 1, values: { n: 1 } });
  expect(readFileSync(join(run.folder, 'answer.json'), 'utf8')).not.toContain('AKIAABC');
  expect(await figuresAgain('http.read', run)).toEqual(passed(run).outputs);
});

test('a record that was changed gives other figures', async () => {
  const run = await runStep('http.read', { url: url(), values: { n: '$.n' } });
  const file = join(run.folder, 'answer.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('{\\"n\\":3}', '{\\"n\\":4}'));
  expect(await figuresAgain('http.read', run)).toMatchObject({ values: { n: 4 } });
});
