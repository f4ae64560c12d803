import { accessSync, constants, mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '@hono/node-server';
import { Redis } from 'ioredis';
import { createApp } from './api/app.js';
import { readConfig, shown } from './api/config.js';
import { Store } from './api/store.js';
import { endsCleanly } from '../kit/life.js';
import { createLog, messageOf } from '../kit/log.js';

const log = createLog('api');
const CONNECT_MS = 30_000;

/** Tries until it works; a database that is still starting is no error yet. */
async function patiently(what: string, attempt: () => Promise<void>): Promise<void> {
  const end = Date.now() + CONNECT_MS;
  let last = '';
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const message = messageOf(error);
      if (Date.now() > end)
        throw new Error(`${what} did not answer within ${CONNECT_MS / 1000} s: ${message}`, { cause: error });
      if (message !== last) log('warn', `waiting for ${what}: ${message}`);
      last = message;
      await sleep(100);
    }
  }
}

function auditWorks(folder: string): boolean {
  if (folder === '') return false;
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch (error) {
    log(
      'critical',
      `audit folder ${folder} cannot be written (${messageOf(error)}): validations are served without an audit trail`,
    );
    return false;
  }
}

async function run(): Promise<void> {
  const config = readConfig(process.env);
  log('info', `Application configuration ${JSON.stringify(shown(config))}`);
  const store = new Store(config.databaseUrl, (error) => log('error', `database connection lost: ${error.message}`));
  const redis = new Redis(config.redisUrl, {
    maxRetriesPerRequest: 1,
    connectTimeout: 2000,
    retryStrategy: (times) => Math.min(50 * times, 1000),
  });
  let lastRedisError = '';
  redis.on('error', (error: Error) => {
    if (error.message !== lastRedisError) log('warn', `redis: ${messageOf(error)}`);
    lastRedisError = error.message;
  });
  redis.on('ready', () => {
    lastRedisError = '';
    log('info', 'Redis connection established');
  });
  let server: ReturnType<typeof serve> | undefined;
  endsCleanly(async () => {
    log('info', 'stopping');
    const open = server;
    if (open) {
      const closed = new Promise<void>((resolve) => {
        open.close(() => resolve());
      });
      if ('closeIdleConnections' in open) open.closeIdleConnections();
      await Promise.race([closed, sleep(3000)]);
    }
    redis.disconnect();
    await store.close();
    log('info', 'stopped');
  });
  const audit = auditWorks(config.auditDir);
  await patiently('the database', () => store.createTables());
  log('info', 'Database connection established');
  await patiently('redis', async () => {
    await redis.ping();
  });
  if (config.useStubs) log('warn', 'stub mode: every answer is canned and marked "stub": true');
  const app = createApp({ config, store, redis, log, audit });
  server = serve({ fetch: app.fetch, port: config.port, hostname: config.host }, ({ port }) => {
    log('info', `listening on http://${config.host}:${port}`);
  });
  server.on('error', (error: Error) => {
    log('error', `cannot listen on port ${config.port}: ${error.message}`);
    process.exit(1);
  });
}

run().catch((error: unknown) => {
  log('error', `the API did not start: ${messageOf(error)}`);
  process.exit(1);
});
