import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../../../lab/kit/ports.js';
import { stepKit } from '../../kits/step-kit.js';
import { eventually, failed, passed, runStep, runTask, temporaryFolder } from '../../kits/step-run.js';

const children = new Set<ChildProcess>();
// Before the kit takes the folders away that they write to.
afterEach(async () => {
  const ended = [...children].map((child) => new Promise((resolve) => child.once('exit', resolve)));
  for (const child of children) if (child.pid) process.kill(-child.pid, 'SIGKILL');
  await Promise.all(ended);
});

/** A process in a group of its own, with a text in its command line. */
function sleeper(text: string, script = 'setInterval(() => {}, 1000)', ...args: string[]): ChildProcess {
  const child = spawn(process.execPath, ['-e', `/* ${text} */ ${script}`, text, ...args], {
    detached: true,
    stdio: 'ignore',
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}
const at = (base: string) => ({ goLive: { baseDir: base } });

stepKit('process.find', {
  good: (folder) => {
    const name = `find-${folder}`;
    writeFileSync(join(folder, 'it.pid'), `${sleeper(name).pid}\n`);
    return { pidFile: 'it.pid', command: name };
  },
  bad: () => ({ pidFile: 'absent.pid' }),
  badCode: 'CHECK_FAILED',
});

describe('process.find', () => {
  test('a pid that is another process by now is not found', async () => {
    const base = temporaryFolder();
    writeFileSync(join(base, 'it.pid'), String(sleeper('somebody-else').pid));
    expect(failed(await runStep('process.find', { pidFile: 'it.pid', command: 'agent.js' }, at(base))).code).toBe(
      'CHECK_FAILED',
    );
  });
  test('of two, none is taken', async () => {
    const [one, two] = [sleeper('twins-7'), sleeper('twins-7')];
    await eventually(() => existsSync(`/proc/${two.pid}`), 'both run');
    const run = await runStep('process.find', { command: 'twins-7' }, at(temporaryFolder()));
    expect(failed(run).message).toContain('2 processes');
    for (const child of [one, two]) child.kill('SIGKILL');
  });
  test('its start time is right to some hundredths of a second', async () => {
    const begun = Date.now();
    const base = temporaryFolder();
    writeFileSync(join(base, 'it.pid'), String(sleeper('timed-1').pid));
    const { startedAt } = passed(await runStep('process.find', { pidFile: 'it.pid' }, at(base))).outputs as {
      startedAt: string;
    };
    expect(Math.abs(Date.parse(startedAt) - begun)).toBeLessThan(500);
  });
});

describe('process.kill and process.await-respawn', () => {
  /** Starts its command again whenever it ends, after a pause. */
  const SUPERVISOR = `
    const { spawn } = require('node:child_process'); const fs = require('node:fs');
    const [, , pause, pidFile, name] = process.argv;
    const start = () => { const c = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', name], { stdio: 'ignore' });
      fs.writeFileSync(pidFile + '.new', String(c.pid)); fs.renameSync(pidFile + '.new', pidFile);
      c.on('exit', () => setTimeout(start, Number(pause))); };
    start();`;
  const supervised = async (pause: number) => {
    const base = temporaryFolder();
    const name = `respawn-${pause}-${base}`;
    const pidFile = join(base, 'it.pid');
    sleeper('supervisor', SUPERVISOR, String(pause), pidFile, name);
    await eventually(() => existsSync(pidFile), 'it runs');
    const named = { pidFile: 'it.pid', command: name };
    const found = passed(await runStep('process.find', named, at(base))).outputs as { pid: number; startedAt: string };
    const kill = passed(
      await runStep(
        'process.kill',
        { pid: found.pid, startedAt: found.startedAt },
        { ...at(base), task: { step: 'kill' } },
      ),
    ).outputs as {
      at: string;
    };
    const input = { ...named, not: found.pid, since: kill.at };
    return { base, found, input };
  };
  test('a killed process is followed by another, and how long that took is told', async () => {
    const { base, found, input } = await supervised(300);
    const { pid, respawnMs } = passed(await runStep('process.await-respawn', input, at(base))).outputs as Record<
      string,
      number
    >;
    expect(pid).not.toBe(found.pid);
    expect(respawnMs).toBeGreaterThanOrEqual(280);
    expect(respawnMs).toBeLessThan(5000);
  });
  test('one that does not come back fails', async () => {
    const { base, input } = await supervised(60_000);
    const run = await runStep('process.await-respawn', { ...input, within: '300ms' }, at(base));
    expect(failed(run)).toMatchObject({ code: 'CHECK_FAILED', message: expect.stringContaining('300ms after') });
  });
  test('what is another process by now, golive’s own worker, and init are never killed', async () => {
    const base = temporaryFolder();
    const other = sleeper('not-me');
    const kill = (pid: number, startedAt: string, step: string) =>
      runStep('process.kill', { pid, startedAt }, { ...at(base), task: { step } });
    expect(failed(await kill(other.pid ?? 0, '2020-01-01T00:00:00Z', 'a')).message).toContain(
      'it is another one by now',
    );
    expect(failed(await kill(other.pid ?? 0, 'noon', 'b')).message).toContain('nothing was killed');
    expect(failed(await kill(1, new Date().toISOString(), 'c')).code).toBe('BAD_INPUT');
    writeFileSync(join(base, 'own.pid'), String(process.ppid));
    const own = passed(
      await runStep('process.find', { pidFile: 'own.pid' }, { ...at(base), task: { step: 'find' } }),
    ).outputs;
    expect(failed(await kill(process.ppid, String(own.startedAt), 'd')).message).toContain('own worker');
    expect(other.exitCode).toBeNull();
  });
});

/** Numbers its lines, and opens its log anew when it was renamed. */
const WRITER = `
const fs = require('node:fs'); const [, , path, mode] = process.argv; let n = 0;
let fd = fs.openSync(path, 'a');
const reopen = () => { fs.closeSync(fd); fd = fs.openSync(path, 'a'); };
process.on('SIGHUP', reopen);
setInterval(() => { if (mode === 'looks') { try { if (fs.statSync(path).ino !== fs.fstatSync(fd).ino) reopen(); } catch { reopen(); } }
  for (let i = 0; i < 20; i++) { n += 1; if (mode === 'loses' && n % 500 === 0) continue; fs.writeSync(fd, 'line seq=' + n + ' ' + 'x'.repeat(80) + '\\n'); } }, 5);
`;
async function writing(folder: string, mode: string): Promise<ChildProcess> {
  const child = sleeper('writer', WRITER, join(folder, 'agent.log'), mode);
  writeFileSync(join(folder, 'agent.pid'), String(child.pid));
  await eventually(
    () => (existsSync(join(folder, 'agent.log')) ? readFileSync(join(folder, 'agent.log')).length : 0) > 60_000,
    'the log grows',
  );
  return child;
}
const SEQUENCE = 'seq=([0-9]+)';

stepKit('log.rotate', {
  good: async (folder) => {
    await writing(folder, 'looks');
    return { files: ['agent.log'], over: 50_000, sequence: SEQUENCE };
  },
  bad: () => ({ files: ['absent.log'] }),
  badCode: 'NOT_FOUND',
});

describe('log.rotate', () => {
  test('seven are kept, the oldest goes, the writer goes on, and no line is lost', async () => {
    const base = temporaryFolder();
    for (let number = 1; number <= 7; number += 1) writeFileSync(join(base, `agent.log.${number}`), `old ${number}`);
    writeFileSync(join(base, 'agent.log.backup'), 'mine');
    await writing(base, 'hup');
    const input = { files: ['agent.log'], over: 50_000, keep: 7, reopen: { pidFile: 'agent.pid' }, sequence: SEQUENCE };
    const run = await runStep('log.rotate', input, at(base));
    expect(passed(run).outputs).toMatchObject({ rotated: 1, kept: 7, removed: 1, writing: 1, lost: 0, doubled: 0 });
    expect(readFileSync(join(base, 'agent.log.2'), 'utf8')).toBe('old 1');
    expect(readFileSync(join(base, 'agent.log.7'), 'utf8')).toBe('old 6');
    expect(readdirSync(base).filter((name) => name.startsWith('agent.log')).length).toBe(9);
    expect(readFileSync(join(base, 'agent.log.backup'), 'utf8')).toBe('mine');
  });
  test('a writer that does not open its log anew is told', async () => {
    const base = temporaryFolder();
    await writing(base, 'deaf');
    const run = await runStep('log.rotate', { files: ['agent.log'], over: 50_000, settle: '300ms' }, at(base));
    expect(passed(run).outputs).toMatchObject({ rotated: 1, writing: 0 });
  });
  test('lines that are missing are counted', async () => {
    const base = temporaryFolder();
    await writing(base, 'loses');
    const input = { files: ['agent.log'], over: 50_000, settle: '100ms', sequence: SEQUENCE };
    const { lost } = passed(await runStep('log.rotate', input, at(base))).outputs as Record<string, number>;
    expect(lost).toBeGreaterThan(0);
  });
  test('an attempt that ended after the log was moved is gone on with: it is not moved again', async () => {
    const base = temporaryFolder();
    writeFileSync(join(base, 'agent.log.1'), 'old 1');
    await writing(base, 'hup');
    renameSync(join(base, 'agent.pid'), join(base, 'pid'));
    const input = { files: ['agent.log'], over: 50_000, reopen: { pidFile: 'agent.pid' }, sequence: SEQUENCE };
    const first = await runStep('log.rotate', input, at(base));
    expect(failed(first).message).toContain('nobody opens the log anew');
    expect(existsSync(join(base, 'agent.log'))).toBe(false);
    renameSync(join(base, 'pid'), join(base, 'agent.pid'));
    const { outputs } = passed(await runTask('log.rotate', first.task));
    expect(outputs).toMatchObject({ rotated: 1, kept: 2, writing: 1, lost: 0, doubled: 0 });
    expect(readFileSync(join(base, 'agent.log.2'), 'utf8')).toBe('old 1');
  });
  test('a small log stays', async () => {
    const base = temporaryFolder();
    writeFileSync(join(base, 'small.log'), 'x');
    expect(passed(await runStep('log.rotate', { files: ['small.log'] }, at(base))).outputs).toMatchObject({
      rotated: 0,
    });
    expect(readdirSync(base).filter((name) => name.startsWith('small'))).toEqual(['small.log']);
  });
  test('a sequence that no line has is no proof', async () => {
    const base = temporaryFolder();
    await writing(base, 'looks');
    const run = await runStep('log.rotate', { files: ['agent.log'], over: 50_000, sequence: 'nr=([0-9]+)' }, at(base));
    expect(failed(run).code).toBe('EXPECTATION_FAILED');
  });
});

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
    expect(passed(await check({ key: 'absent' })).outputs).toMatchObject({ found: false, text: '' });
    expect(passed(await check({})).outputs).toMatchObject({ found: false });
  });
  test.each<[object, string, string]>([
    [{ key: 'absent', equals: 'x' }, 'CHECK_FAILED', 'absent is not there'],
    [{ key: 'agent', field: 'state', equals: 'down' }, 'CHECK_FAILED', 'agent.state is up, not down'],
    [{ key: 'agent', field: 'state', above: 1 }, 'CHECK_FAILED', 'is no number'],
    [{ key: 'list' }, 'EXPECTATION_FAILED', 'is a list'],
    [{ key: 'agent:heartbeat', field: 'count', below: 12 }, 'CHECK_FAILED', 'not below 12'],
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
