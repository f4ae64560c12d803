import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { port } from './life.js';
import { createLog, messageOf } from './log.js';
import { liveWith } from './program.js';
import { findRedis } from './redis-binary.js';

const log = createLog('redis');

async function run(): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: 'string' } } });
  const listen = port('--port', values.port);
  const binary = await findRedis();
  const flags = [
    '--port',
    String(listen),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--daemonize',
    'no',
  ];
  log('info', `starting ${binary.path} on 127.0.0.1:${listen}`);
  const child = spawn(binary.path, flags, {
    argv0: 'redis-server',
    env: { ...process.env, ...binary.env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  await liveWith(child, 'redis-server', log);
}

run().catch((error: unknown) => {
  log('error', messageOf(error));
  process.exit(1);
});
