// Ends the server that the suites of a jest run share, once jest has ended in whatever way: then its end of the pipe closes.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const GRACE_MS = 15_000;
const folder = process.argv[2];

function pidIn(file) {
  try {
    return JSON.parse(readFileSync(join(folder, file), 'utf8')).pid;
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function whileIt(holds) {
  const deadline = Date.now() + GRACE_MS;
  while (holds() && Date.now() < deadline) await sleep(50);
}

process.stdin.resume();
await new Promise((resolve) => process.stdin.once('close', resolve));
// A suite may be starting it just now.
await whileIt(() => existsSync(join(folder, 'server.lock')) && isAlive(pidIn('server.lock')));
const server = pidIn('server.json');
if (isAlive(server)) {
  process.kill(server, 'SIGTERM');
  await whileIt(() => isAlive(server));
  if (isAlive(server)) process.kill(server, 'SIGKILL');
}
rmSync(folder, { recursive: true, force: true });
