import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
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
