import type { ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { endsCleanly } from './life.js';
import { type Log, messageOf } from './log.js';

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where a program lies on the PATH. */
export function onPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((one) => one !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/**
 * Lives as long as a program: ends it on SIGTERM, and fails where it could not be started or ends by itself.
 *
 * @param meanwhile what is done as soon as it may run
 */
export async function liveWith(
  child: ChildProcess,
  name: string,
  log: Log,
  meanwhile?: () => Promise<void>,
): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    child.on('exit', () => resolve());
  });
  let stopping = false;
  endsCleanly(async () => {
    stopping = true;
    child.kill('SIGTERM');
    await ended;
    log('info', 'stopped');
  });
  child.on('error', (error) => {
    log('error', `${name} did not start: ${messageOf(error)}`);
    process.exit(1);
  });
  await Promise.race([meanwhile?.(), ended]);
  await ended;
  if (stopping) return;
  log('error', `${name} ended with ${child.exitCode ?? child.signalCode}`);
  process.exit(1);
}
