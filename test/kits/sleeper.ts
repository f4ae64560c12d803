import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach } from '@jest/globals';

const children = new Set<ChildProcess>();

// Before the kit takes the folders away that they write to.
afterEach(async () => {
  const ended = [...children].map((child) => new Promise((resolve) => child.once('exit', resolve)));
  for (const child of children) if (child.pid) process.kill(-child.pid, 'SIGKILL');
  await Promise.all(ended);
});

/** Starts a process in a group of its own, with a text in its command line; it is ended after the test. */
export function sleeper(text: string, script = 'setInterval(() => {}, 1000)', ...args: string[]): ChildProcess {
  const child = spawn(process.execPath, ['-e', `/* ${text} */ ${script}`, text, ...args], {
    detached: true,
    stdio: 'ignore',
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}
