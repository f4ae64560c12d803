import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { endsCleanly, port } from './life.js';
import { createLog, messageOf } from './log.js';
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
    log('error', `redis did not start: ${messageOf(error)}`);
    process.exit(1);
  });
  await ended;
  if (stopping) return;
  log('error', `redis-server ended with ${child.exitCode ?? child.signalCode}`);
  process.exit(1);
}

run().catch((error: unknown) => {
  log('error', messageOf(error));
  process.exit(1);
});
