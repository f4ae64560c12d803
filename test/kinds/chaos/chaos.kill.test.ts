import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { freePort } from '../../../lab/kit/ports.js';
import type { JsonObject } from '../../../model/json.js';
import { BRISK, factsIn, noted, objectsIn, service, supervised } from '../../kits/chaos-target.js';
import { checkKind } from '../../kits/check-kind.js';
import { sleeper } from '../../kits/sleeper.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, runTask, temporaryFolder, undoOf } from '../../kits/step-run.js';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

const kill = (own: string, url: string, more: JsonObject = {}): JsonObject => ({
  pidFile: join(own, 'service.pid'),
  command: `chaos-service-${own}`,
  steady: { url },
  ...BRISK,
  ...more,
});
const run = (input: JsonObject, more: object = {}) =>
  runStep('chaos.kill', input, { goLive: { baseDir: folder }, ...more });
const pidIn = (own: string): number => Number(readFileSync(join(own, 'service.pid'), 'utf8'));

stepKit('chaos.kill', {
  good: async (own) => kill(own, await supervised(own, await freePort())),
  bad: async (own) => kill(own, (await service()).url, { rounds: 1 }),
  badCode: 'CHECK_FAILED',
  programsWrite: ['service.pid'],
  slow: async (own) => ({
    input: kill(own, await supervised(own, await freePort(), { pauseMs: 5000 })),
    under: ({ folder: evidence }) => noted(evidence, 'injected'),
  }),
  clean: (own) => expect(() => process.kill(pidIn(own), 0)).not.toThrow(),
});

test('each round kills the process, and another one is there before it has recovered', async () => {
  const url = await supervised(folder, await freePort(), { pauseMs: 400 });
  const first = pidIn(folder);
  const made = await run(kill(folder, url, { rounds: 3 }));
  const { outputs } = passed(made);
  expect(outputs).toMatchObject({ rounds: 3, recovered: 3, noticed: 3 });
  // Its supervisor waits for so long before it starts another one.
  for (const { recoveryMs } of objectsIn(outputs.each)) expect(Number(recoveryMs)).toBeGreaterThanOrEqual(400);
  const pids = ['injecting', 'lifted'].flatMap((mark) => factsIn(made.folder, mark)).map(({ pid }) => pid);
  // Each is the one that came back after the round before.
  expect(pids[0]).toBe(first);
  expect(pids.slice(1, 3)).toEqual(pids.slice(3, 5));
  expect(new Set(pids).size).toBe(4);
  expect(pids.at(-1)).toBe(pidIn(folder));
});

test('a process that is back before any sample sees it: the recovery is its respawn, and not nothing', async () => {
  const url = await supervised(folder, await freePort(), { pauseMs: 0 });
  // What is looked at is another service, which stands all the time.
  const other = await service();
  const { outputs } = passed(await run({ ...kill(folder, url), steady: { url: other.url } }));
  expect(outputs).toMatchObject({ recovered: 1, noticed: 0 });
  expect(Number(outputs.recoveryMs)).toBeGreaterThan(0);
});

describe('a process that nobody starts again', () => {
  const restore = (own: string, port: number): string[] => {
    const script = join(own, 'restore.sh');
    const program = `require('node:http').createServer((_, r) => r.end('ok')).listen(${port}, '127.0.0.1', () => require('node:fs').writeFileSync('${own}/service.pid', String(process.pid)))`;
    writeFileSync(join(own, 'service.cjs'), program);
    writeFileSync(
      script,
      `echo restored >>${own}/restored\nsetsid ${process.execPath} ${own}/service.cjs chaos-service-${own} >/dev/null 2>&1 </dev/null &\n`,
    );
    return ['/bin/sh', script];
  };
  const endRestored = (): void => {
    if (existsSync(join(folder, 'restored'))) process.kill(pidIn(folder), 'SIGKILL');
  };

  test('is restored, and the round has not recovered', async () => {
    const port = await freePort();
    const url = await supervised(folder, port, { most: 1 });
    const made = await run(
      kill(folder, url, { recoverWithin: '2s', rounds: 3, judge: false, restore: restore(folder, port) }),
    );
    try {
      expect(passed(made).outputs).toMatchObject({ ran: 1, recovered: 0, noticed: 1 });
      expect(passed(made).outputs).not.toHaveProperty('recoveryMs');
      expect((await fetch(url)).ok).toBe(true);
    } finally {
      endRestored();
    }
  });

  test('without a way to restore it the step fails, and its undo, until somebody starts it', async () => {
    const port = await freePort();
    const url = await supervised(folder, port, { most: 1 });
    const made = await run(kill(folder, url, { recoverWithin: '1s', judge: false }));
    const failure = failed(made);
    expect(failure.code).toBe('CHECK_FAILED');
    expect(failure.message).toContain('runs since one was killed');
    const undo = () => runTask('chaos.kill', undoOf(made.task), { part: 'undo', goLive: { baseDir: folder } });
    expect(failed(await undo()).code).toBe('CHECK_FAILED');
    await supervised(folder, port);
    expect(passed(await undo()).summary).toMatch(/^the process \d+ runs$/);
  });
});

describe('what is never killed', () => {
  test('golive’s own worker, and what started it', async () => {
    const { url } = await service();
    const pids = join(folder, 'own.pid');
    writeFileSync(pids, String(process.ppid));
    const failure = failed(await run({ pidFile: pids, steady: { url }, ...BRISK }));
    expect(failure.message).toContain('golive’s own worker');
    expect(failure.message).toContain('nothing was killed');
  });

  test('one of several of that name', async () => {
    const { url } = await service();
    const two = [sleeper(`twins-${folder}`), sleeper(`twins-${folder}`)];
    const failure = failed(await run({ command: `twins-${folder}`, steady: { url }, ...BRISK }));
    expect(failure.message).toContain('nothing was killed');
    expect(two.map(({ exitCode }) => exitCode)).toEqual([null, null]);
  });
});

test('the steady state may be what a command says', async () => {
  const url = await supervised(folder, await freePort());
  const argv = ['/bin/sh', '-c', `kill -0 $(cat ${folder}/service.pid)`];
  const { outputs } = passed(await run(kill(folder, url, { steady: { argv }, every: '300ms' })));
  expect(outputs).toMatchObject({ recovered: 1, noticed: 1 });
});

test('a preflight says whether the process is there, and does not touch it', async () => {
  const url = await supervised(folder, await freePort());
  const input = kill(folder, url);
  const pid = pidIn(folder);
  expect(await checkKind('chaos.kill', input)).toContain(`the process ${pid} runs, since`);
  expect(pidIn(folder)).toBe(pid);
  await expect(checkKind('chaos.kill', kill(folder, url, { command: 'another one' }))).rejects.toThrow(
    'nothing was killed',
  );
});
