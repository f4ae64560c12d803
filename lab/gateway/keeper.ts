import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endsCleanly } from '../kit/life.js';
import { createLog } from '../kit/log.js';

/** Keeps the gateway alive, as a service manager does; takes its command line. */
const log = createLog('keeper');
const AGAIN_MS = 200;
const gateway = fileURLToPath(new URL('./gateway.js', import.meta.url));
let child: ChildProcess | undefined;
let stopped = false;

function start(): void {
  if (stopped) return;
  // Its stdin is held, so that it ends with the keeper.
  child = spawn(process.execPath, [gateway, ...process.argv.slice(2)], { stdio: ['pipe', 'inherit', 'inherit'] });
  child.stdin?.on('error', () => undefined);
  child.once('exit', (code, signal) => {
    log('warn', `the gateway ended with ${signal ?? code}`);
    setTimeout(start, AGAIN_MS);
  });
}
start();
endsCleanly(async () => {
  stopped = true;
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child?.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
});
