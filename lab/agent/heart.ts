import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { endsCleanly } from '../kit/life.js';
import { HEARTBEAT_MS, scaledBy } from './beat.js';

/** A heart that somebody started by hand and nobody keeps: it beats on, whatever becomes of the agent. */
const { values } = parseArgs({ options: { redis: { type: 'string' }, 'time-scale': { type: 'string' } } });
const redis = new Redis(values.redis ?? 'redis://127.0.0.1:6379', { maxRetriesPerRequest: null });
redis.on('error', () => undefined);
let count = 0;
const timer = setInterval(
  () => {
    count += 1;
    const beat = { count, pid: process.pid, at: new Date().toISOString() };
    void redis.set('agent:heartbeat', JSON.stringify(beat)).catch(() => undefined);
  },
  scaledBy(Number(values['time-scale'] ?? 1))(HEARTBEAT_MS),
);
endsCleanly(async () => {
  clearInterval(timer);
  redis.disconnect();
});
