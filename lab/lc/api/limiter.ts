import type { Redis } from 'ioredis';

export interface Limit {
  max: number;
  windowMs: number;
  /** `fixed`: a window starts with its first call. `penalty`: every refused call starts the wait anew. */
  mode: 'fixed' | 'penalty';
}

/** One round trip, so that concurrent calls cannot slip between reading and counting. Returns [allowed, waitMs]. */
const SCRIPT = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
if count <= tonumber(ARGV[1]) then return {1, 0} end
if ARGV[3] == 'penalty' then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return {0, redis.call('PTTL', KEYS[1])}`;

/** In penalty mode the wait announced is this share of the real one: a limiter that does not keep its word. */
const PENALTY_ANNOUNCED_SHARE = 0.01;

/** Counts one call of a client. @returns 0 when allowed, else the milliseconds to announce in Retry-After. */
export async function countCall(redis: Redis, client: string, limit: Limit): Promise<number> {
  const answer = await redis.eval(SCRIPT, 1, `lc:rate:${client}`, limit.max, limit.windowMs, limit.mode);
  const [allowed, waitMs] = Array.isArray(answer) ? answer.map(Number) : [0, limit.windowMs];
  if (allowed === 1) return 0;
  const wait = Math.max(1, waitMs ?? limit.windowMs);
  return limit.mode === 'penalty' ? Math.ceil(wait * PENALTY_ANNOUNCED_SHARE) : wait;
}

/** Retry-After in seconds: whole from one second on (RFC 9110), to the millisecond below, for scaled rehearsals. */
export function retryAfter(waitMs: number): string {
  return waitMs >= 1000 ? String(Math.ceil(waitMs / 1000)) : (Math.ceil(waitMs) / 1000).toFixed(3);
}
