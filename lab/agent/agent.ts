import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { parse } from 'yaml';
import { endsCleanly } from '../kit/life.js';
import { HEARTBEAT_MS, scaledBy } from './beat.js';
import { FAULTS, SOUND } from './faults.js';

const SELF_TEST_MS = 3_600_000;
const LOOK_MS = 50;
/** The agent's objective for its Redis. */
const REDIS_MS = 1000;

const { values } = parseArgs({
  options: {
    dir: { type: 'string' },
    redis: { type: 'string' },
    fault: { type: 'string' },
    'time-scale': { type: 'string' },
  },
});
const root = values.dir ?? '.';
const fault = FAULTS.find(({ id }) => id === values.fault) ?? SOUND;
const scaled = scaledBy(Number(values['time-scale'] ?? 1));
for (const folder of ['logs', 'health', 'orders', 'inbox', 'acks']) mkdirSync(join(root, folder), { recursive: true });

/** A log whose lines are numbered over the agent's whole life, and that is opened anew when it was renamed. */
class NumberedLog {
  private fd: number;
  private line: number;

  constructor(private readonly path: string) {
    this.line = lastNumber(path);
    this.fd = openSync(path, 'a');
  }

  write(event: string): void {
    this.reopen();
    this.line += 1;
    writeSync(this.fd, `${new Date().toISOString()} seq=${this.line} pid=${process.pid} ${event}\n`);
  }

  private reopen(): void {
    if (fault.keepsOldLog) return;
    const there = statSync(this.path, { throwIfNoEntry: false });
    if (there && there.ino === fstatSync(this.fd).ino) return;
    // Whoever buffers its lines loses them here.
    if (fault.losesLines) this.line += 3;
    closeSync(this.fd);
    this.fd = openSync(this.path, 'a');
  }
}

function lastNumber(path: string): number {
  const texts = [path, `${path}.1`].filter((one) => existsSync(one)).map((one) => readFileSync(one, 'utf8'));
  const numbers = texts.flatMap((text) =>
    [...text.slice(-4096).matchAll(/ seq=(\d+) /g)].map(([, number]) => Number(number)),
  );
  return Math.max(0, ...numbers);
}

const log = new NumberedLog(join(root, 'logs', 'agent.log'));
const orders = new NumberedLog(join(root, 'logs', 'orders.log'));
const redis = new Redis(values.redis ?? 'redis://127.0.0.1:6379', { maxRetriesPerRequest: null });
redis.on('error', (error) => log.write(`redis: ${error.message}`));
redis.on('ready', () => log.write('redis connected'));

/** Its keeper has started it before. */
const anew = existsSync(join(root, 'agent.pid'));
let count = 0;
const boot = new Date().toISOString();
async function heartbeat(): Promise<void> {
  if (fault.countsOn && count === 0) count = await lastCount();
  count += 1;
  const beat = { count, pid: process.pid, boot, at: new Date().toISOString() };
  if (!fault.heartElsewhere) await redis.set('agent:heartbeat', JSON.stringify(beat));
  log.write(`heartbeat ${count}`);
  orders.write(`${readdirSync(join(root, 'orders')).length} waiting`);
}

async function lastCount(): Promise<number> {
  const [, last = '0'] = /"count":(\d+)/.exec((await redis.get('agent:heartbeat')) ?? '') ?? [];
  return Number(last);
}

function replace(path: string, content: string): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}

function audit(record: Record<string, unknown>): void {
  appendFileSync(join(root, 'audit.jsonl'), `${JSON.stringify({ ts: new Date().toISOString(), ...record })}\n`);
}

/** Tests itself against its objectives, and says so in a file and its mirror. */
async function selfTest(): Promise<void> {
  if (fault.noHealth || fault.healthIsFolder) return;
  if (fault.silentHealth && existsSync(join(root, 'health', 'latest.json'))) return;
  const begun = performance.now();
  await redis.ping();
  const redisMs = Math.round((performance.now() - begun) * 100) / 100;
  const details = { redisMs, heartbeats: count, waiting: readdirSync(join(root, 'orders')).length };
  const sound = redisMs < REDIS_MS && details.waiting < 10 && !(fault.degradedAnew && anew);
  const status = sound ? 'ok' : 'degraded';
  const report = JSON.stringify({ status, time: new Date().toISOString(), details });
  replace(join(root, 'health', 'latest.json'), fault.tornHealth ? report.slice(0, 30) : `${report}\n`);
  if (!fault.noMirror) await redis.set('agent:health', report);
  log.write(`self-test ${status}`);
  audit({ event: 'self-test', status });
}

/** Takes dropped orders: into the inbox of their lane, with an acknowledgement and a line of audit. */
function takeOrders(): void {
  for (const name of readdirSync(join(root, 'orders')).filter((one) => !one.startsWith('.'))) {
    const path = join(root, 'orders', name);
    const order = parse(readFileSync(path, 'utf8')) as { id?: string; lane?: string } | null;
    const lane = order?.lane === 'strict' && !fault.wrongLane ? 'strict' : 'local';
    const id = order?.id ?? name;
    mkdirSync(join(root, 'inbox', lane), { recursive: true });
    renameSync(path, join(root, 'inbox', lane, name));
    log.write(`order ${id} into ${lane}`);
    if (fault.deafToOrders) continue;
    replace(join(root, 'acks', `${id}.json`), `${JSON.stringify({ id, lane, at: new Date().toISOString() })}\n`);
    audit({ event: 'acknowledged', id, lane });
  }
}

const logError = (error: unknown): void => log.write(error instanceof Error ? error.message : String(error));
log.write(`boot pid=${process.pid}`);
audit({ event: 'boot', pid: process.pid });
replace(join(root, 'agent.pid'), `${process.pid}\n`);
const timers = [
  setInterval(() => void heartbeat().catch(logError), scaled(HEARTBEAT_MS) * (fault.slowness ?? 1)),
  setInterval(() => void selfTest().catch(logError), scaled(SELF_TEST_MS)),
  setInterval(() => {
    try {
      takeOrders();
    } catch (error) {
      logError(error);
    }
  }, LOOK_MS),
];
// Once connected: an objective is not missed by starting up.
redis.once('ready', () => void heartbeat().then(selfTest).catch(logError));
endsCleanly(async () => {
  for (const timer of timers) clearInterval(timer);
  redis.disconnect();
});
