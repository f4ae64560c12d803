import { Redis } from 'ioredis';
import type { z } from 'zod';
import type { redisCheck as kind } from './redis.check.kind.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

type Input = z.infer<(typeof kind)['input']>;
const LONGEST_TEXT = 10_000;

export const redisCheck: HandlerOf<typeof kind> = {
  async check(input, context) {
    const { url, where } = await addressOf(input, context);
    const { ms } = await ask(url, where, { timeout: input.timeout }, context);
    return `${where} answered in ${ms} ms.`;
  },
  async do(input, context) {
    const { url, where } = await addressOf(input, context);
    const { value, ms } = await ask(url, where, input, context);
    const text = value ?? '';
    const number = text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : -1;
    const outputs = { ms, found: value !== undefined, text: text.slice(0, LONGEST_TEXT), number };
    await context.evidence.write(
      'redis.json',
      `${JSON.stringify(context.redactIn({ key: input.key ?? null, field: input.field ?? null, ...outputs }), null, 2)}\n`,
    );
    const problem = problemOf(input, value, number);
    if (problem) throw new StepError('CHECK_FAILED', `${where}: ${problem}.`, { evidence: context.evidence.refs() });
    const found = input.key === undefined ? '' : `; ${nameOf(input)} is ${text.slice(0, 80) || 'not there'}`;
    return { outputs, summary: `${where} answered in ${ms} ms${found}` };
  },
};

type Ways = Pick<StepContext, 'reach' | 'secret' | 'signal'>;

async function addressOf(input: Input, context: Ways): Promise<{ url: string; where: string }> {
  if (typeof input.url !== 'string') {
    return { url: await context.secret(input.url), where: 'the Redis of the secret address' };
  }
  // As for HTTP: a host that stands in the plan; an address that is a secret was given by the project itself.
  const { hostname, port } = new URL(input.url);
  context.reach(hostname, Number(port || 6379));
  return { url: input.url, where: shown(input.url) };
}

const nameOf = ({ key, field }: Input): string => (field === undefined ? `${key}` : `${key}.${field}`);

function problemOf(input: Input, value: string | undefined, number: number): string | undefined {
  const { key, equals, above, below } = input;
  if (key === undefined) return undefined;
  const name = nameOf(input);
  if (value === undefined)
    return equals === undefined && above === undefined && below === undefined ? undefined : `${name} is not there`;
  if (equals !== undefined && value !== String(equals)) return `${name} is ${value.slice(0, 80)}, not ${equals}`;
  if ((above !== undefined || below !== undefined) && number === -1 && value !== '-1')
    return `${name} is no number: ${value.slice(0, 80)}`;
  if (above !== undefined && !(number > above)) return `${name} is ${number}, not above ${above}`;
  if (below !== undefined && !(number < below)) return `${name} is ${number}, not below ${below}`;
  return undefined;
}

function shown(url: string): string {
  const { hostname, port } = new URL(url);
  return `Redis at ${hostname}:${port || 6379}`;
}

async function ask(
  url: string,
  where: string,
  input: Pick<Input, 'timeout' | 'key' | 'field'>,
  context: Pick<StepContext, 'signal'>,
): Promise<{ value: string | undefined; ms: number }> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: input.timeout,
    commandTimeout: input.timeout,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    enableOfflineQueue: false,
  });
  let last: Error | undefined;
  // Without a listener an error of the connection would end the worker.
  redis.on('error', (error: Error) => {
    last = error;
  });
  const stop = (): void => redis.disconnect();
  context.signal.addEventListener('abort', stop, { once: true });
  try {
    await redis.connect();
    const begun = performance.now();
    await redis.ping();
    const ms = Math.round((performance.now() - begun) * 100) / 100;
    return { value: await read(redis, input), ms };
  } catch (cause) {
    if (context.signal.aborted) throw new StepError('CANCELLED', `The check of ${where} was stopped.`, { cause });
    if (cause instanceof StepError) throw cause;
    const reason = last?.message || (cause instanceof Error ? cause.message : String(cause));
    throw new StepError(
      'CONNECTION_FAILED',
      `${where} does not answer: ${reason.split(url).join('its address').slice(0, 300)}.`,
    );
  } finally {
    context.signal.removeEventListener('abort', stop);
    redis.disconnect();
  }
}

async function read(redis: Redis, { key, field }: Pick<Input, 'key' | 'field'>): Promise<string | undefined> {
  if (key === undefined) return undefined;
  const type = await redis.type(key);
  if (type === 'none') return undefined;
  if (type === 'hash')
    return field === undefined ? String(await redis.hlen(key)) : ((await redis.hget(key, field)) ?? undefined);
  if (type !== 'string')
    throw new StepError('EXPECTATION_FAILED', `The key ${key} is a ${type}; a text or a hash can be read.`);
  const text = (await redis.get(key)) ?? undefined;
  if (field === undefined || text === undefined) return text;
  try {
    const value = (JSON.parse(text) as Record<string, unknown>)[field];
    return value === undefined || value === null
      ? undefined
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value);
  } catch {
    throw new StepError('EXPECTATION_FAILED', `The key ${key} holds no JSON object, so it has no field ${field}.`);
  }
}
