import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../model/json.js';
import { BRISK, evidenceOf, factsIn, holdersIn, noted, objectsIn, service } from '../../kits/chaos-target.js';
import { isLiving } from '../../crash/world.js';
import { checkKind } from '../../kits/check-kind.js';
import { portOf } from '../../kits/port.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, runTask, temporaryFolder, undoOf } from '../../kits/step-run.js';
import { startToxiproxy, type TestToxiproxy } from '../../kits/toxiproxy.js';

let toxiproxy: TestToxiproxy;
let number = 0;
/** Name of the proxy of this test, and where it listens. */
let proxy: string;
let through: string;
let folder: string;
beforeAll(async () => {
  toxiproxy = await startToxiproxy();
});
afterAll(() => toxiproxy?.end());
beforeEach(async () => {
  number += 1;
  proxy = `p${number}`;
  folder = temporaryFolder();
  const { url } = await service();
  through = await toxiproxy.proxy(proxy, url.slice('http://'.length));
});

const network = (fault: string, more: JsonObject = {}): JsonObject => ({
  toxiproxy: toxiproxy.url,
  proxy,
  fault,
  lasts: '1s',
  steady: { url: through, within: '300ms' },
  ...BRISK,
  ...more,
});
const run = (input: JsonObject, more: object = {}) =>
  runStep('chaos.network', input, { goLive: { baseDir: folder }, ...more });
const SOUND = { enabled: true, toxics: [] };

stepKit('chaos.network', {
  good: () => network('down'),
  bad: () => network('down', { proxy: 'no-such-proxy' }),
  badCode: 'NOT_FOUND',
  slow: () => ({ input: network('latency', { lasts: '1m' }), under: ({ folder: own }) => noted(own, 'injected') }),
  clean: async (own) => {
    expect(await toxiproxy.now(proxy)).toMatchObject(SOUND);
    expect(holdersIn(own).filter(isLiving)).toEqual([]);
  },
});

describe('each fault is noticed, shown to be in, and out again', () => {
  test.each([
    ['latency', { latency: '2s' }, { type: 'latency', attributes: { latency: 2000, jitter: 0 } }],
    ['reset', {}, { type: 'reset_peer', attributes: { timeout: 0 } }],
  ])('%s', async (fault, more, toxic) => {
    const made = await run(network(fault, more));
    expect(passed(made).outputs).toMatchObject({ recovered: 1, noticed: 1 });
    expect(Number(passed(made).outputs.impact)).toBeGreaterThan(0.5);
    expect(factsIn(made.folder, 'injected')[0]).toMatchObject({ proxy, toxics: [toxic], holder: expect.any(Number) });
    expect(await toxiproxy.now(proxy)).toMatchObject(SOUND);
  });

  test('down', async () => {
    const made = await run(network('down', { rounds: 3 }));
    expect(passed(made).outputs).toMatchObject({ rounds: 3, recovered: 3, noticed: 3 });
    expect(factsIn(made.folder, 'injected').map(({ enabled }) => enabled)).toEqual([false, false, false]);
    expect(await toxiproxy.now(proxy)).toMatchObject(SOUND);
  });
});

test('toxics of others stay', async () => {
  const theirs = { name: 'theirs', type: 'latency', attributes: { latency: 1, jitter: 0 } };
  await toxiproxy.post(`/proxies/${proxy}/toxics`, theirs);
  passed(await run(network('reset')));
  expect((await toxiproxy.now(proxy)).toxics.map(({ name }) => name)).toEqual(['theirs']);
});

test('a fault that nobody notices recovers in no time, and is told', async () => {
  const { outputs, summary } = passed(await run(network('latency', { latency: 5 })));
  expect(outputs).toMatchObject({ recovered: 1, noticed: 0, recoveryMs: 0, impact: 0 });
  expect(summary).toContain('1 of 1 were noticed by no sample');
});

test('a proxy that is disabled already is left so', async () => {
  await toxiproxy.post(`/proxies/${proxy}`, { enabled: false });
  // The target does not need it.
  const { url } = await service();
  const failure = failed(await run(network('down', { steady: { url } })));
  expect(failure).toMatchObject({ code: 'EXPECTATION_FAILED' });
  expect(failure.message).toContain('is disabled already; nothing was changed');
  expect((await toxiproxy.now(proxy)).enabled).toBe(false);
});

test('a toxic that somebody takes out meanwhile: the fault was not in for its time, and the step fails', async () => {
  const made = run(network('latency', { lasts: '1m' }));
  await noted(evidenceOf(folder), 'injected');
  const [toxic] = (await toxiproxy.now(proxy)).toxics;
  await toxiproxy.remove(`/proxies/${proxy}/toxics/${toxic?.name}`);
  const failure = failed(await made);
  expect(failure.code).toBe('COMMAND_FAILED');
  expect(failure.message).toContain('is not in the proxy');
});

describe('what was left by an attempt that was lost with its holder', () => {
  const lost = async (fault: string) => {
    const made = await run(network(fault, { lasts: '1m' }), {
      cancelWhen: ({ folder: own }: { folder: string }) => noted(own, 'injected'),
    });
    expect(await toxiproxy.now(proxy)).toMatchObject(SOUND);
    const toxics = objectsIn(factsIn(made.folder, 'injected')[0]?.toxics);
    if (fault === 'down') await toxiproxy.post(`/proxies/${proxy}`, { enabled: false });
    else await toxiproxy.post(`/proxies/${proxy}/toxics`, toxics[0] ?? {});
    return made;
  };

  test.each(['down', 'reset'])('%s: the undo takes it out', async (fault) => {
    const made = await lost(fault);
    const undone = await runTask('chaos.network', undoOf(made.task), { part: 'undo', goLive: { baseDir: folder } });
    expect(passed(undone).summary).toContain('is as it was');
    expect(await toxiproxy.now(proxy)).toMatchObject(SOUND);
  });

  test('the next attempt takes it out, and runs the round again', async () => {
    const made = await lost('down');
    const task = { ...made.task, input: network('down') };
    expect(passed(await runTask('chaos.network', task, { attempt: 2 })).outputs).toMatchObject({
      recovered: 1,
      broken: 1,
    });
    expect(await toxiproxy.now(proxy)).toMatchObject(SOUND);
  });
});

describe('a Toxiproxy that takes connections and answers nothing', () => {
  const hanging = async (work: (url: string) => Promise<void>): Promise<void> => {
    const server = createServer(() => undefined);
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => sockets.add(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      await work(`http://127.0.0.1:${portOf(server)}`);
    } finally {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
  };

  test.each(['down', 'reset'])('%s: the undo ends soon, and says that the fault may still be in', async (fault) => {
    const made = await run(network(fault, { lasts: '1m' }), {
      cancelWhen: ({ folder: own }: { folder: string }) => noted(own, 'injected'),
    });
    await hanging(async (url) => {
      const task = { ...undoOf(made.task), input: network(fault, { toxiproxy: url }) };
      const undone = await runTask('chaos.network', task, { part: 'undo', goLive: { baseDir: folder } });
      const { message, hint } = failed(undone);
      expect(undone.durationMs).toBeLessThan(15_000);
      expect(message).toContain(`The fault may still be in the proxy ${proxy}: `);
      expect(hint).toContain(fault === 'down' ? `enable the proxy ${proxy}` : 'remove the toxic golive-');
    });
  });

  test('no fault is begun', async () => {
    await hanging(async (url) => {
      const made = await run(network('down', { toxiproxy: url }));
      expect(made.durationMs).toBeLessThan(15_000);
      expect(failed(made).message).toContain(url);
      expect(factsIn(made.folder, 'injecting')).toEqual([]);
    });
  });
});

test('a host that the plan does not name is not asked', async () => {
  const goLive = { baseDir: folder, network: { hosts: ['localhost'], allow: [] } };
  const failure = failed(await run(network('down'), { goLive }));
  expect(failure.code).toBe('BAD_INPUT');
});

test('a preflight says what the proxy stands between, and changes nothing', async () => {
  expect(await checkKind('chaos.network', network('down'))).toContain(`the proxy ${proxy} stands between `);
  await expect(checkKind('chaos.network', network('down', { proxy: 'no-such-proxy' }))).rejects.toThrow('has no proxy');
  await toxiproxy.post(`/proxies/${proxy}`, { enabled: false });
  await expect(checkKind('chaos.network', network('down'))).rejects.toThrow('is disabled already');
  expect((await toxiproxy.now(proxy)).enabled).toBe(false);
});
