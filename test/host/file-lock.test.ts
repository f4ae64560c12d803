import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { LockTimeout, acquireLock } from '../../host/file-lock.js';
import { linkOf } from '../../evidence/hash.js';
import { appendEvent } from '../../evidence/write/log.js';
import { eventOf } from '../kits/events.js';
import { isRunning } from '../../host/process.js';
import { eventually } from '../kits/step-run.js';

const built = (path: string): string => new URL(`../../dist/${path}`, import.meta.url).pathname;
let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'golive-lock-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  jest.useRealTimers();
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a module's code in a process of its own; it says what it does on standard output. */
function inProcess(code: string): ChildProcess {
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}
const holder = (lock: string): ChildProcess =>
  inProcess(`const { acquireLock } = await import(${JSON.stringify(built('host/file-lock.js'))});
    await acquireLock(${JSON.stringify(lock)}, { timeoutMs: 5000 });
    console.log('held'); setInterval(() => {}, 1000);`);
async function said(child: ChildProcess): Promise<void> {
  if (child.stdout) await once(child.stdout, 'data');
}

describe('a lock between processes', () => {
  test('is kept by one that lives, also when it is stopped, and taken from one that was killed', async () => {
    const lock = join(folder, 'lock');
    const child = holder(lock);
    await said(child);
    child.kill('SIGSTOP');
    await expect(acquireLock(lock, { timeoutMs: 300 })).rejects.toThrow(LockTimeout);
    const told: number[] = [];
    const waiting = (pid: number): number => told.push(pid);
    await expect(acquireLock(lock, { timeoutMs: 5500, waiting })).rejects.toThrow(LockTimeout);
    expect(told).toEqual([child.pid]);
    child.kill('SIGKILL');
    await eventually(() => !isRunning(child.pid ?? 0, null), 'the holder is gone');
    const release = await acquireLock(lock, { timeoutMs: 300 });
    await release();
    for (let times = 0; times < 60; times += 1) await (await acquireLock(lock, { timeoutMs: 300 }))();
    // The folder does not grow: only the last numbers stay.
    expect(readdirSync(lock).length).toBeLessThan(40);
  });

  test('of a process that stood still meanwhile is waited for: time in which nobody could let go does not count', async () => {
    const lock = join(folder, 'lock');
    const release = await acquireLock(lock, { timeoutMs: 300 });
    // Both live in this process, as a deed and who waits for its end live in one worker.
    const waits = acquireLock(lock, { timeoutMs: 1500 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);
    setTimeout(() => void release(), 300);
    await (await waits)();
  });

  test('two processes that append to one event log at once make one chain, also when one is killed', async () => {
    const bag = join(folder, 'bag');
    const writer = (name: string): ChildProcess =>
      inProcess(`const { appendEvent } = await import(${JSON.stringify(built('evidence/write/log.js'))});
        console.log('ready');
        for (let i = 0; i < 150; i += 1) await appendEvent(${JSON.stringify(bag)}, { type: 'test', of: '${name}', i });`);
    const [a, b, c] = [writer('a'), writer('b'), writer('c')];
    const [endA, endB] = [once(a, 'exit'), once(b, 'exit')];
    await said(c);
    const log = join(bag, 'data', 'events.jsonl');
    const lines = (): string[] => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter(Boolean) : []);
    await eventually(() => lines().some((line) => line.includes('"of":"c"')), 'the third writes');
    c.kill('SIGKILL');
    expect([(await endA)[0], (await endB)[0]]).toEqual([0, 0]);
    await appendEvent(bag, eventOf('last'));
    let prev = '0'.repeat(64);
    const events = lines().map((line, index) => {
      const event = JSON.parse(line) as { seq: number; prev: string; of?: string; i?: number };
      expect([event.seq, event.prev]).toEqual([index, prev]);
      prev = linkOf(line);
      return event;
    });
    for (const name of ['a', 'b']) {
      expect(events.filter(({ of }) => of === name).map(({ i }) => i)).toEqual(
        Array.from({ length: 150 }, (_, i) => i),
      );
    }
  }, 60_000);
});

test('a command dies with its worker where the system can do that', async () => {
  const mark = `golive-parent-${process.pid}-${Date.now()}`;
  const child =
    inProcess(`const { runCommand } = await import(${JSON.stringify(built('activities/command/command.js'))});
    const argv = [process.execPath, '-e', \`require('fs').writeFileSync(process.argv[1], String(process.pid));
      setInterval(() => {}, 1000)\`, ${JSON.stringify(join(folder, 'pid'))}, '${mark}'];
    runCommand({ argv, timeoutMs: 60000 }, { signal: new AbortController().signal, env: process.env });
    console.log('begun');`);
  await said(child);
  const pid = (): number => Number(readFileSync(join(folder, 'pid'), 'utf8'));
  await eventually(() => readdirSync(folder).includes('pid') && pid() > 0, 'the command runs');
  const command = pid();
  expect(isRunning(command, null)).toBe(true);
  child.kill('SIGKILL');
  await eventually(() => !isRunning(command, null), 'the command is gone');
});

/** A lock folder with these files, by name. */
function lockWith(files: Record<string, string>): string {
  const lock = join(folder, 'lock');
  mkdirSync(lock);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(lock, name), content);
  return lock;
}
const aged = (path: string, ms: number): void => utimesSync(path, new Date(), new Date(Date.now() - ms));
const quick = { timeoutMs: 300 };

describe('a lock folder that is not as it was left', () => {
  test.each(['null', '1', '[]', '"x"', '{"pid":"self"}', '{"pid":1}', '', '{"pid'])(
    'a lock that holds %s is nobody’s',
    async (content) => {
      const release = await acquireLock(lockWith({ 'lock.1': content }), quick);
      await release();
    },
  );

  test('a number that no number can follow is not one of ours', async () => {
    const lock = lockWith({ 'lock.9007199254740992': '' });
    await (await acquireLock(lock, quick))();
    expect(existsSync(join(lock, 'lock.1.free'))).toBe(true);
  });

  test('a lock that nobody holds and nobody can take is given up in time', async () => {
    const lock = lockWith({ 'lock.999999999999999': '' });
    await expect(acquireLock(lock, quick)).rejects.toThrow(/cannot be taken/);
    expect(readdirSync(lock)).toEqual(['lock.999999999999999']);
  });

  test('what cannot be tidied away does not keep the lock from whoever took it', async () => {
    const lock = lockWith({ 'lock.30': '' });
    mkdirSync(join(lock, 'lock.3'));
    const release = await acquireLock(lock, quick);
    await expect(acquireLock(lock, quick)).rejects.toThrow(LockTimeout);
    await release();
    await (await acquireLock(lock, quick))();
  });

  test('drafts of writers that were killed are tidied away, those of others are left', async () => {
    const lock = lockWith({ 'draft.old': '', 'draft.new': '' });
    aged(join(lock, 'draft.old'), 61_000);
    await (await acquireLock(lock, quick))();
    expect(readdirSync(lock).toSorted()).toEqual(['draft.new', 'lock.1', 'lock.1.free']);
  });

  test('a lock whose folder was taken away does not free the next one’s', async () => {
    const lock = join(folder, 'lock');
    const first = await acquireLock(lock, quick);
    rmSync(lock, { recursive: true });
    const second = await acquireLock(lock, quick);
    await first();
    await expect(acquireLock(lock, quick)).rejects.toThrow(LockTimeout);
    await second();
    await (await acquireLock(lock, quick))();
  });
});

describe('a holder that cannot be seen, in another container', () => {
  const stranger = { pid: 1, startTime: '1', boot: 'another', namespace: 'pid:[1]', token: 'token' };

  test('is dead when its file is old by the file system’s own time, whatever the clock says', async () => {
    const lock = lockWith({ 'lock.1': JSON.stringify(stranger) });
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => performance.timeOrigin + 3_600_000);
    await expect(acquireLock(lock, quick)).rejects.toThrow(LockTimeout);
    clock.mockImplementation(() => performance.timeOrigin - 3_600_000);
    utimesSync(join(lock, 'lock.1'), new Date(), new Date(performance.timeOrigin + performance.now() - 61_000));
    await (await acquireLock(lock, quick))();
    expect(readdirSync(lock).filter((name) => name.startsWith('draft.'))).toEqual([]);
  });

  test('is seen to live by its file, which it writes anew for as long as it holds the lock', async () => {
    jest.useFakeTimers({ doNotFake: ['performance', 'Date', 'nextTick', 'setImmediate', 'setTimeout'] });
    const lock = join(folder, 'lock');
    const release = await acquireLock(lock, quick);
    const file = join(lock, 'lock.1');
    const content = readFileSync(file, 'utf8');
    const ageMs = (): number => Date.now() - statSync(file).mtimeMs;
    for (let times = 0; times < 3; times += 1) {
      aged(file, 61_000);
      await eventually(() => {
        // One write at a time: while the last one is on its way, a beat is left out.
        jest.advanceTimersByTime(10_000);
        return ageMs() < 30_000;
      }, 'its file is young again');
      expect(readFileSync(file, 'utf8')).toBe(content);
    }
    await release();
    aged(file, 61_000);
    jest.advanceTimersByTime(60_000);
    expect(jest.getTimerCount()).toBe(0);
    expect(ageMs()).toBeGreaterThan(60_000);
  });
});
