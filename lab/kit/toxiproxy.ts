import { spawn } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { port } from './life.js';
import { createLog, messageOf } from './log.js';
import { isExecutable, liveWith, onPath } from './program.js';

/** A Toxiproxy with one proxy in front of a service; `--file` then says where both listen. Runs alone, stops on SIGTERM. */
const log = createLog('toxiproxy');
const NAME = 'toxiproxy-server';

function find(): string {
  const cached = join(process.env.GOLIVE_CACHE ?? join(homedir(), '.cache', 'golive'), 'bin', NAME);
  const found = onPath(NAME) ?? (isExecutable(cached) ? cached : undefined);
  if (found === undefined) throw new Error(`there is no ${NAME} on the PATH, and no ${cached}`);
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
  const url = `http://127.0.0.1:${own}`;
  await liveWith(child, NAME, log, async () => {
    await answers(url);
    await makeProxy(url, values);
  });
}

interface Wanted {
  name?: string;
  upstream?: string;
  file?: string;
}

async function makeProxy(url: string, values: Wanted): Promise<void> {
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
}

run().catch((error: unknown) => {
  log('error', messageOf(error));
  process.exit(1);
});
