import { spawn, type ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { endsCleanly } from '../kit/life.js';
import { createLog } from '../kit/log.js';

/** Keeps the agent alive, as a service manager does: whenever it ends, it is started again. */
const log = createLog('keeper');
const { values } = parseArgs({
  options: {
    dir: { type: 'string' },
    redis: { type: 'string' },
    fault: { type: 'string' },
    'time-scale': { type: 'string' },
    'respawn-ms': { type: 'string' },
  },
});
const root = values.dir ?? '.';
const agent = fileURLToPath(new URL('./agent.js', import.meta.url));
const args = [
  agent,
  '--dir',
  root,
  '--redis',
  values.redis ?? '',
  '--fault',
  values.fault ?? 'none',
  '--time-scale',
  values['time-scale'] ?? '1',
];
const out = openSync(join(root, 'agent.out'), 'a');
let child: ChildProcess | undefined;
let stopped = false;

function start(): void {
  if (stopped) return;
  // Its stdin is held, so that it ends with the keeper.
  child = spawn(process.execPath, args, { stdio: ['pipe', out, out] });
  child.stdin?.on('error', () => undefined);
  log('info', `agent ${child.pid} started`);
  child.once('exit', (code, signal) => {
    log('warn', `agent ended with ${signal ?? code}`);
    setTimeout(start, Number(values['respawn-ms'] ?? 200));
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
