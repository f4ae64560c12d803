import { spawn, type ChildProcess } from 'node:child_process';
import { endsCleanly } from './life.js';
import { createLog } from './log.js';

const log = createLog('keeper');

/**
 * Keeps a script of the lab alive, as a service manager does: whenever it ends, it is started again. Ends it when it is
 * told to end itself.
 *
 * @param name what the log calls it
 * @param argv path of the script, and its arguments
 * @param out file descriptor that it writes to; by default this process's own output
 * @param againMs milliseconds from its end to its next start
 */
export function keepAlive(name: string, argv: readonly string[], out: number | 'inherit', againMs: number): void {
  let child: ChildProcess | undefined;
  let stopped = false;
  const start = (): void => {
    if (stopped) return;
    // Its stdin is held, so that it ends with the keeper.
    child = spawn(process.execPath, argv, { stdio: ['pipe', out, out] });
    child.stdin?.on('error', () => undefined);
    log('info', `${name} ${child.pid} started`);
    child.once('exit', (code, signal) => {
      log('warn', `${name} ended with ${signal ?? code}`);
      setTimeout(start, againMs);
    });
  };
  start();
  endsCleanly(async () => {
    stopped = true;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child?.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  });
}
