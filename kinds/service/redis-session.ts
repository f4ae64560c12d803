import type { Redis } from 'ioredis';
import { reasonOf } from '../../activities/step/connection.js';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { isAddress, type RedisAddress } from './redis-address.js';

/** How a Redis is reached, and how it is told. */
export interface RedisPlace {
  address: RedisAddress;
  /** `Redis at host:port`; of a secret address nothing of it. */
  where: string;
  /** The address, where it is a secret. */
  secret?: string;
  timeoutMs: number;
}

type Ways = Pick<StepContext, 'reach' | 'signal' | 'redact'>;

/**
 * Connects, asks, and lets go again. The name is looked up once; what was judged is what is connected to, and nothing
 * else: no cluster is followed to its other nodes.
 *
 * @throws StepError CONNECTION_FAILED, EXPECTATION_FAILED for what Redis refuses for good, CANCELLED
 */
export async function withRedis<T>(place: RedisPlace, ways: Ways, ask: (redis: Redis) => Promise<T>): Promise<T> {
  const { where } = place;
  let reason = 'no answer';
  const begun = performance.now();
  for (const address of await addressesOf(place, ways)) {
    const redis = await client(place, address);
    // Its own limits are for a connection and for each command; the one of the step is for all together.
    let late = false;
    const end = setTimeout(
      () => {
        late = true;
        redis.disconnect();
      },
      Math.max(1, place.timeoutMs - (performance.now() - begun)),
    );
    const heard: Error[] = [];
    // Without a listener an error of the connection would end the worker.
    redis.on('error', (error: Error) => heard.push(error));
    const stop = (): void => redis.disconnect();
    ways.signal.addEventListener('abort', stop, { once: true });
    try {
      await redis.connect();
      return await ask(redis);
    } catch (cause) {
      if (ways.signal.aborted) throw new StepError('CANCELLED', `The check of ${where} was stopped.`);
      if (cause instanceof StepError) throw cause;
      const refused = [cause, ...heard].map((error) => refusalOf(error, place, ways)).find((one) => one !== undefined);
      if (refused) throw new StepError(refused.code, `${where} ${refused.says}.`, { hint: refused.hint });
      const foreign = [cause, ...heard].map(foreignAnswer).find((one) => one !== undefined);
      if (foreign !== undefined) throw new StepError('CHECK_FAILED', `${where} is no Redis: ${foreign}.`);
      if (late) break;
      reason = /timed out/i.test(String(cause)) ? 'no answer in time' : reasonOf(heard.at(-1) ?? cause);
    } finally {
      clearTimeout(end);
      if (late) reason = 'no answer in time';
      ways.signal.removeEventListener('abort', stop);
      // Of a connection that has ended it would wait two seconds for its end.
      if (redis.status !== 'end') redis.disconnect();
    }
  }
  throw new StepError('CONNECTION_FAILED', `${where} does not answer: ${reason}.`);
}

const BEGINNINGS = new Map([
  ['H', ', as HTTP does'],
  ['\u0015', ', as TLS does'],
  ['S', ', as SSH does'],
]);

/** What answers in no words of Redis, by what its answer begins with. */
function foreignAnswer(error: unknown): string | undefined {
  const code = error instanceof Error ? /^Unknown RESP type (\d{1,3}) /.exec(error.message)?.[1] : undefined;
  if (code === undefined) return undefined;
  const first = String.fromCharCode(Number(code));
  return `what answers there begins with ${JSON.stringify(first)}${BEGINNINGS.get(first) ?? ''}`;
}

async function addressesOf({ address: { host, port }, where, secret }: RedisPlace, { reach }: Ways): Promise<string[]> {
  const lookup = reach(host, port, secret);
  if (isAddress(host)) return [host];
  try {
    return await new Promise<string[]>((resolve, reject) => {
      lookup(host, { all: true }, (error, found) => {
        if (error) reject(error);
        else resolve([found].flat().map((one) => (typeof one === 'string' ? one : one.address)));
      });
    });
  } catch (cause) {
    if (cause instanceof StepError) throw cause;
    throw new StepError('CONNECTION_FAILED', `${where} does not answer: ${reasonOf(cause)}.`);
  }
}

async function client({ address, timeoutMs }: RedisPlace, ip: string): Promise<Redis> {
  const { Redis } = await import('ioredis');
  const { host, port, db, username, password } = address;
  return new Redis({
    host: ip,
    port,
    db,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(address.tls ? { tls: !isAddress(host) ? { servername: host } : {} } : {}),
    lazyConnect: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    enableOfflineQueue: false,
  });
}

interface Refusal {
  code: 'EXPECTATION_FAILED' | 'CHECK_FAILED' | 'BAD_INPUT';
  says: string;
  hint?: string;
}

/** What an answer of Redis means, by its first word; undefined for what is none. */
function refusalOf(error: unknown, { secret }: RedisPlace, { redact }: Pick<Ways, 'redact'>): Refusal | undefined {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return undefined;
  const [word = '', , node = ''] = error.message.split(' ');
  switch (word) {
    case 'WRONGPASS':
    case 'NOAUTH':
      return { code: 'EXPECTATION_FAILED', says: 'does not take the user and password of its address' };
    case 'NOPERM':
      return { code: 'EXPECTATION_FAILED', says: 'does not let this user read that' };
    case 'MOVED':
    case 'ASK':
      return {
        code: 'EXPECTATION_FAILED',
        says: `is a node of a cluster, and the key is on another${secret === undefined ? `: ${redact(node).slice(0, 100)}` : ''}`,
        hint: 'Give the address of that node; a cluster is not followed.',
      };
    case 'CLUSTERDOWN':
      return { code: 'CHECK_FAILED', says: 'is a node of a cluster that is down' };
    case 'LOADING':
    case 'MASTERDOWN':
    case 'BUSY':
    case 'TRYAGAIN':
      return { code: 'CHECK_FAILED', says: `cannot answer now (${word})` };
    default:
      if (/^ERR .*(AUTH|password|username)/i.test(error.message))
        return { code: 'EXPECTATION_FAILED', says: 'does not take the user and password of its address' };
      return { code: 'CHECK_FAILED', says: `refuses: ${redact(error.message).slice(0, 200)}` };
  }
}
