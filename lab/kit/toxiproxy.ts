import { spawn } from 'node:child_process';
import { accessSync, constants, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { endsCleanly, port } from './life.js';
import { createLog, messageOf } from './log.js';

/** A Toxiproxy with one proxy in front of a service; `--file` then says where both listen. Runs alone, stops on SIGTERM. */
const log = createLog('toxiproxy');
const NAME = 'toxiproxy-server';

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function find(): string {
  const cache = process.env.GOLIVE_CACHE ?? join(homedir(), '.cache', 'golive');
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter((one) => one !== ''), join(cache, 'bin')];
  const found = folders.map((folder) => join(folder, NAME)).find(isExecutable);
  if (found === undefined) throw new Error(`there is no ${NAME} on the PATH or in ${join(cache, 'bin')}`);
  return found;
}

async function answers(url: string): Promise<void> {
  for (;;) {
    try {
      if ((await fetch(`${url}/version`)).ok) return;
    } catch {
      // Not yet.
    }
    await sleep(50);
  }
}

async function run(): Promise<void> {
  const options = { port: { type: 'string' }, name: { type: 'string' }, upstream: { type: 'string' } } as const;
  const { values } = parseArgs({ options: { ...options, file: { type: 'string' } } });
  const own = port('--port', values.port);
  const child = spawn(find(), ['-host', '127.0.0.1', '-port', String(own)], {
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
  });
  child.on('error', (error) => {
    log('error', `it did not start: ${messageOf(error)}`);
    process.exit(1);
  });
  const url = `http://127.0.0.1:${own}`;
  await Promise.race([answers(url), ended]);
  const made = await fetch(`${url}/proxies`, {
    method: 'POST',
    body: JSON.stringify({ name: values.name, upstream: values.upstream, listen: '127.0.0.1:0', enabled: true }),
  });
  const body: unknown = await made.json();
  if (!made.ok || typeof body !== 'object' || body === null || !('listen' in body))
    throw new Error(`the proxy was not made: ${made.status} ${JSON.stringify(body)}`);
  if (values.file !== undefined) {
    writeFileSync(`${values.file}.new`, JSON.stringify({ url, proxyUrl: `http://${String(body.listen)}` }));
    renameSync(`${values.file}.new`, values.file);
  }
  await ended;
  if (stopping) return;
  log('error', `${NAME} ended with ${child.exitCode ?? child.signalCode}`);
  process.exit(1);
}

run().catch((error: unknown) => {
  log('error', messageOf(error));
  process.exit(1);
});
