import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runCommand } from '../../../activities/command/command.js';
import { starter } from '../../../kinds/load/browser-program.js';
import { resolverRules } from '../../../kinds/load/browser.js';
import { builtProgram } from '../../../kinds/shared/built-program.js';
import type { JsonObject } from '../../../model/json.js';
import { stepCalls } from '../../../kinds/hands.js';
import { recomputeOutputs } from '../../../kinds/recompute.js';
import { checkKind } from '../../kits/check-kind.js';
import { portOf } from '../../kits/port.js';
import { failed, passed, type RunOverrides, runStep, temporaryFolder } from '../../kits/step-run.js';
import { eventually } from '../../kits/until.js';

type Page = (request: IncomingMessage, response: ServerResponse) => void;

const CHROMIUM = '/usr/bin/chromium';
let server: Server;
let port: number;
let url: string;
let page: Page;
/** Host and path of all that was asked for. */
let asked: string[];
let room: string;
beforeEach(async () => {
  page = (_, response) => response.end('<h1>Tariffs</h1>');
  asked = [];
  server = createServer((request, response) => {
    asked.push(`${request.headers.host?.split(':')[0]}${request.url}`);
    response.setHeader('content-type', 'text/html');
    page(request, response);
  });
  // All addresses of this machine, so that a page could reach another host than its own.
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  port = portOf(server);
  url = `http://127.0.0.1:${port}`;
  room = temporaryFolder();
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(runningIn(room)).toEqual([]);
}, 30_000);

/** Processes that have this folder, or one in it, for their temporary files. */
function runningIn(folder: string): { pid: number; command: string }[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const own = readFileSync(`/proc/${name}/environ`, 'latin1').split('\0');
      const command = readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
      const inIt = own.some((one) => one.startsWith(`TMPDIR=${folder}/`)) && command !== '';
      return inIt ? [{ pid: Number(name), command }] : [];
    } catch {
      return [];
    }
  });
}

/** A few tasks, each with time enough also where both cores are busy. */
const load = (requests: JsonObject, more: JsonObject = {}): JsonObject => ({
  profile: { agents: 4, perMinute: 240, duration: '1s' },
  requests,
  maxLag: '10s',
  timeout: '20s',
  ...more,
});
const run = (input: JsonObject, more: Partial<RunOverrides> = {}) =>
  runStep('load.run', input, {
    goLive: { baseDir: temporaryFolder() },
    ...more,
    env: { ...process.env, TMPDIR: room, ...more.env },
  });

describe('pages in a browser', () => {
  test('stand in the mix beside requests, end when they show what is waited for, and are computed again', async () => {
    const shown = `<script>setTimeout(() => document.body.insertAdjacentHTML('beforeend', '<b id="total">12 cents</b>'), 100)</script>`;
    page = (_, response) => response.end(`<h1>Tariffs</h1>${shown}`);
    const input = load({
      selector: { browser: `${url}/selector?{{task}}`, waitFor: { selector: '#total' }, headers: { 'x-task': 'a' } },
      text: { browser: `${url}/text?{{task}}`, waitFor: { text: '12 cents' }, consoleErrors: true },
      loaded: { browser: `${url}/loaded?{{task}}` },
      plain: { url: `${url}/plain?{{task}}` },
    });
    const made = await run(input);
    const { outputs } = passed(made);
    expect(outputs).toMatchObject({
      tasks: 4,
      errors: 0,
      byStatus: { '200': 4 },
      byRequest: { selector: { tasks: 1 }, text: { tasks: 1 }, loaded: { tasks: 1 }, plain: { tasks: 1 } },
      browser: expect.stringMatching(/^Chromium [\d.]+/),
    });
    expect(Number(Object(outputs.byRequest).selector.p99)).toBeGreaterThan(100);
    const tasks = asked.filter((one) => one.includes('?')).map((one) => one.replace('127.0.0.1', ''));
    expect(tasks.map((one) => one.replace(/.*\?/, '')).toSorted()).toEqual(['0', '1', '2', '3']);
    expect(await recomputeOutputs('load.run', input, (name) => readFileSync(join(made.folder, name)))).toEqual(outputs);
    expect(readdirSync(room)).toEqual([]);
  }, 90_000);

  test('that are not as they should be are errors of their kind', async () => {
    page = ({ url: path = '' }, response) => {
      if (path === '/status') response.writeHead(503).end('sorry');
      else if (path === '/script') response.end('<script>throw new Error("it broke")</script>');
      else if (path === '/console') response.end('<script>console.error("no")</script>');
      else if (path === '/reset') response.destroy();
      else if (path === '/away') response.writeHead(302, { location: `http://127.0.0.2:${port}/` }).end();
      else if (path !== '/silent') response.end('<h1>Tariffs</h1>');
    };
    const requests = {
      status: { browser: `${url}/status` },
      script: { browser: `${url}/script` },
      console: { browser: `${url}/console`, consoleErrors: true },
      quiet: { browser: `${url}/console` },
      reset: { browser: `${url}/reset` },
      away: { browser: `${url}/away` },
      silent: { browser: `${url}/silent` },
      absent: { browser: `${url}/absent`, waitFor: { selector: '#never' } },
    };
    const profile = { agents: 8, perMinute: 480, duration: '1s' };
    const made = await run(load(requests, { profile, timeout: '5s' }));
    const lines = readFileSync(join(made.folder, 'samples.csv'), 'utf8').trim().split('\n').slice(1);
    const told = lines.map((line) => line.split(',')).map((fields) => [fields[1], fields[7]]);
    expect(Object.fromEntries(told)).toEqual({
      status: 'status',
      script: 'script',
      console: 'console',
      quiet: '',
      reset: 'reset',
      away: 'blocked',
      silent: 'timeout',
      absent: 'absent',
    });
    expect(passed(made).outputs).toMatchObject({ tasks: 8, errors: 7 });
    expect(asked.filter((one) => !one.startsWith('127.0.0.1/'))).toEqual([]);
  }, 90_000);

  test('reach no host that is not in the mix, whatever of them asks for it', async () => {
    const ways = ['127.0.0.2', 'localhost'].map(
      (host) => `<img src="http://${host}:${port}/img"><link rel="preconnect" href="http://${host}:${port}">
<iframe src="http://${host}:${port}/frame"></iframe>
<script>fetch('http://${host}:${port}/fetch').catch(() => 0); navigator.sendBeacon('http://${host}:${port}/beacon', 'x');
new WebSocket('ws://${host}:${port}/socket'); open('http://${host}:${port}/popup')</script>`,
    );
    page = (_, response) => response.end(`<h1>Tariffs</h1>${ways.join('')}`);
    const profile = { agents: 1, perMinute: 60, duration: '1s' };
    const { outputs } = passed(await run(load({ page: { browser: `${url}/page` } }, { profile })));
    expect(outputs).toMatchObject({ tasks: 1, errors: 0 });
    expect(asked).toContain('127.0.0.1/page');
    expect(asked.filter((one) => !one.startsWith('127.0.0.1/'))).toEqual([]);
  }, 60_000);
});

describe('without a browser the load is not run', () => {
  const input = () => load({ page: { browser: url }, plain: { url } });

  test('where there is none on PATH, and before anything is sent', async () => {
    const failure = failed(await run(input(), { env: { PATH: temporaryFolder() } }));
    expect(failure).toMatchObject({ code: 'TOOL_MISSING' });
    expect(failure.message).toContain('The load was not run, for it has pages to open in a browser: none of chromium,');
    expect(asked).toEqual([]);
  });

  test('where it does not start', async () => {
    const folder = temporaryFolder();
    const script = '#!/bin/sh\n[ "$1" = --version ] && exec echo Chromium 1.2.3\necho no display here >&2\nexit 1\n';
    writeFileSync(join(folder, 'chromium'), script, { mode: 0o755 });
    const failure = failed(await run(input(), { env: { PATH: `${folder}:${process.env.PATH}` } }));
    expect(failure).toMatchObject({ code: 'TOOL_MISSING' });
    expect(failure.message).toContain('the browser did not start: no display here');
    expect(asked).toEqual([]);
  }, 60_000);

  test('a preflight says so, or which it is', async () => {
    const { signal } = new AbortController();
    const check = (path: string, given: JsonObject) => {
      const env = { ...process.env, PATH: path };
      return checkKind('load.run', given, env, async (options) => {
        const result = await runCommand(options, { signal, env });
        return { ...result, rawStdout: result.stdout };
      });
    };
    await expect(check('/nowhere', input())).rejects.toThrow('none of chromium');
    expect(await check(process.env.PATH ?? '', input())).toMatch(/^Chromium [\d.]+/);
    expect(await check('/nowhere', load({ plain: { url } }))).toBeUndefined();
  }, 60_000);

  test('and one that ends meanwhile leaves no figures', async () => {
    page = () => undefined;
    const made = run(load({ page: { browser: url } }, { timeout: '60s' }));
    await eventually('a page was asked for', 60_000, () => asked.length > 0);
    process.kill(mainOf(runningIn(room)), 'SIGKILL');
    const failure = failed(await made);
    expect(failure).toMatchObject({ code: 'COMMAND_FAILED' });
    expect(failure.message).toContain('ended with code 1');
    expect(readdirSync(room)).toEqual([]);
  }, 90_000);
});

/** The browser itself, and not the processes of its tabs. */
function mainOf(running: readonly { pid: number; command: string }[]): number {
  const main = running.find(
    ({ command }) => command.includes('--remote-debugging-pipe') && !command.includes('--type='),
  );
  if (!main) throw new Error(`No browser runs: ${JSON.stringify(running)}`);
  return main.pid;
}

describe('nothing of it is left', () => {
  test('when the step is cancelled', async () => {
    page = () => undefined;
    const cancelWhen = async () => {
      await eventually('a page was asked for', 60_000, () => asked.length > 0);
      expect(mainOf(runningIn(room))).toBeGreaterThan(1);
    };
    const made = await run(load({ page: { browser: url } }, { timeout: '60s' }), { cancelWhen });
    expect(made.cancelled).toBe(true);
    expect(runningIn(room)).toEqual([]);
    expect(readdirSync(room)).toEqual([]);
  }, 90_000);

  test('when the generator is killed, also of a browser that hangs', async () => {
    page = () => undefined;
    const program = join(room, 'own', 'browser');
    mkdirSync(dirname(program));
    writeFileSync(program, starter(CHROMIUM), { mode: 0o700 });
    const order = {
      profile: { agents: 2, perMinute: 60, duration: 60_000, cycles: 1, pause: 0 },
      scale: 1,
      timeoutMs: 60_000,
      browser: program,
      requests: [{ id: 'page', weight: 1, url, method: 'GET', headers: {}, browser: { consoleErrors: false } }],
      addresses: { '127.0.0.1': [{ address: '127.0.0.1', family: 4 }] },
    };
    const child = spawn(process.execPath, [builtProgram('kinds/load/generate.js')], {
      stdio: ['pipe', 'ignore', 'inherit'],
      env: { ...process.env, TMPDIR: dirname(program) },
    });
    child.stdin.end(JSON.stringify(order));
    const gone = once(child, 'exit');
    try {
      await eventually('a page was asked for', 60_000, () => asked.length > 0);
      // It cannot learn any more that nobody is left to tell it what to do.
      process.kill(mainOf(runningIn(room)), 'SIGSTOP');
    } finally {
      child.kill('SIGKILL');
    }
    await gone;
    await eventually('no browser', 20_000, () => runningIn(room).length === 0);
  }, 120_000);

  test('what a killed worker left is gone after the next attempt', async () => {
    const folder = join(room, 'golive-web-earlier');
    mkdirSync(folder);
    const left = spawn('sleep', ['600'], { env: { TMPDIR: folder }, stdio: 'ignore' });
    const ended = once(left, 'exit');
    const real = stepCalls.call('load.run', 'do');
    const handler: typeof real.handler = {
      do: (input, context) => real.handler.do(input, { ...context, recall: () => Promise.resolve({ folder }) }),
    };
    passed(await run(load({ page: { browser: url } }), { call: { ...real, handler } }));
    await ended;
    expect(readdirSync(room)).toEqual([]);
  }, 90_000);
});

test.each<[string, JsonObject, string]>([
  ['both', { url: 'http://a/', browser: 'http://a/' }, 'give `url` or `browser`'],
  ['neither', {}, 'give `url` or `browser`'],
  ['a body', { browser: 'http://a/', body: { a: 1 } }, 'a page has no `method`'],
  ['a request that waits', { url: 'http://a/', waitFor: { text: 'a' } }, 'are of a page'],
  [
    'two things to wait for',
    { browser: 'http://a/', waitFor: { text: 'a', selector: 'b' } },
    'give `selector` or `text`',
  ],
])('%s is refused', async (_, request, words) => {
  expect(failed(await run(load({ page: request }))).message).toContain(words);
});

test('more agents than a browser has tabs for are refused', async () => {
  const profile = { agents: 21, perMinute: 60, duration: '5s' };
  const failure = failed(await run(load({ page: { browser: url } }, { profile })));
  expect(failure).toMatchObject({ code: 'BAD_INPUT' });
  expect(failure.message).toContain('at most 20 agents');
});

test('a host has the address that was judged, and any other has none', () => {
  const address = (text: string, family = 4) => [{ address: text, family }];
  expect(resolverRules({ 'a.test': address('10.0.0.1'), '::1': address('::1', 6) })).toBe(
    'MAP a.test 10.0.0.1, MAP [::1] [::1], MAP * ~NOTFOUND',
  );
});
