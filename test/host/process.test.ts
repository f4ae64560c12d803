import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { isAlive, isRunning, ownMark, runningStatOf, startTimeOf, statOf } from '../../host/process.js';
import { noteGroup, notedGroupRuns } from '../../host/process-group.js';
import { eventually } from '../kits/step-run.js';

test('this very process lives; the same number with another start does not', () => {
  const mark = ownMark();
  expect(isAlive(mark)).toBe(true);
  expect(isAlive({ ...mark, startTime: `${mark.startTime}1` })).toBe(false);
  expect(isRunning(process.pid, null)).toBe(true);
  expect(isRunning(process.pid, '1')).toBe(false);
});

test('a mark and a noted group tell of one process by the same facts', () => {
  const { boot, startTime } = noteGroup(process.pid);
  expect(startTimeOf(process.pid)).toBe(`${boot}:${startTime}`);
});

test('a zombie is there and does not run', async () => {
  // Its parent never asks how it ended.
  const code = `const { pid } = require('child_process').spawn('true', { stdio: 'ignore' });
    console.log(pid); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60000);`;
  const parent = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [said] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(said.toString());
    await eventually(() => statOf(pid)?.state === 'Z', 'it has ended');
    expect([runningStatOf(pid), startTimeOf(pid), isRunning(pid, null)]).toEqual([undefined, undefined, false]);
    expect(notedGroupRuns({ ...noteGroup(pid), pid })).toBe(false);
  } finally {
    parent.kill('SIGKILL');
  }
});
