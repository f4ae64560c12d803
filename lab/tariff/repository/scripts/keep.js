import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Starts the service again whenever it ends, as a service manager does. */
const server = fileURLToPath(new URL('../src/server.js', import.meta.url));
const AGAIN_MS = 300;
const folder = process.env.TARIFF_DATA ?? 'data';
let child;
let stopped = false;

function start() {
  if (stopped) return;
  child = spawn(process.execPath, [server], {
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { ...process.env, TARIFF_KEPT: '1' },
  });
  child.stdin.on('error', () => undefined);
  child.once('exit', () => {
    if (process.env.TARIFF_ONCE !== '1') setTimeout(start, AGAIN_MS);
  });
}

const end = () => {
  stopped = true;
  if (!child || child.exitCode !== null || child.signalCode !== null) process.exit(0);
  child.once('exit', () => process.exit(0));
  child.kill('SIGTERM');
};
process.on('SIGTERM', end);
process.on('SIGINT', end);
process.on('SIGUSR1', () => {
  if (child.exitCode !== null || child.signalCode !== null) start();
});
process.stdin.on('end', end).resume();
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'keeper.pid'), String(process.pid));
start();
