import { isUtf8 } from 'node:buffer';
import type { Redis } from 'ioredis';
import type { z } from 'zod';
import { answerJson } from './answer.js';
import { isJsonObject } from '../../model/json.js';
import { asksOfKey, type redisCheck as kind } from './redis.check.kind.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { redisAddress, shownPlace } from './redis-address.js';
import { type RedisPlace, withRedis } from './redis-session.js';
import { numberIn } from '../shared/numbers.js';
import { StepError } from '../../activities/step/step-error.js';

type Input = z.infer<(typeof kind)['input']>;
const LONGEST_TEXT = 10_000;
/** Longer values are not read: they would fill the worker's memory. */
const LONGEST_VALUE = 1024 * 1024;

export const redisCheck: HandlerOf<typeof kind> = {
  async check(input, context) {
    const place = await placeOf(input, context);
    const ms = await withRedis(place, context, pinged);
    return `${place.where} answered in ${ms} ms.`;
  },
  async do(input, context) {
    const place = await placeOf(input, context);
    const { where } = place;
    const { value, values, ms } = await withRedis(place, context, async (redis) => {
      const took = await pinged(redis);
      return { ms: took, ...(await read(redis, input)) };
    });
    const shown = new Map([...values].map(([name, one]) => [name, context.redact(one ?? '').slice(0, LONGEST_TEXT)]));
    const text = value ?? '';
    const number = numberIn(text);
    // Half a secret would not be known any more: it is taken out before anything is cut.
    const told = context.redact(text);
    const outputs = {
      ms,
      found: value !== undefined,
      text: told.slice(0, LONGEST_TEXT),
      number: number ?? -1,
      values: Object.fromEntries(shown),
    };
    await context.evidence.write(
      'redis.json',
      `${JSON.stringify(context.redactIn({ key: input.key ?? null, field: input.field ?? null, ...outputs }), null, 2)}\n`,
    );
    const lacks = [...values].find(([, one]) => one === undefined)?.[0];
    const problem =
      lacks === undefined
        ? problemOf(input, { value, number, told: context.redact(value ?? '').slice(0, 80) })
        : `${input.key}.${input.fields[lacks]} is not there`;
    if (problem) throw new StepError('CHECK_FAILED', `${where}: ${problem}.`, { evidence: context.evidence.refs() });
    const found = input.key === undefined ? '' : `; ${nameOf(input)} is ${told.slice(0, 80) || 'not there'}`;
    return { outputs, summary: `${where} answered in ${ms} ms${found}` };
  },
};

type Ways = Pick<StepContext, 'secret'>;

async function placeOf(input: Input, context: Ways): Promise<RedisPlace> {
  const { url, timeout: timeoutMs } = input;
  if (input.key === undefined && asksOfKey(input))
    throw new StepError('BAD_INPUT', 'A value is wanted of Redis, and no `key` says whose.');
  if (typeof url !== 'string') {
    const secret = await context.secret(url);
    const address = redisAddress(secret, 'The secret address of Redis');
    return { address, where: 'The Redis of the secret address', secret, timeoutMs };
  }
  const address = redisAddress(url, 'The address');
  return { address, where: `Redis at ${shownPlace(address)}`, timeoutMs };
}

const nameOf = ({ key, field }: Input): string => (field === undefined ? `${key}` : `${key}.${field}`);

/** What was read, and how it is told. */
interface Seen {
  value: string | undefined;
  number: number | undefined;
  told: string;
}

function problemOf(input: Input, { value, number, told }: Seen): string | undefined {
  const { key, equals, above, below } = input;
  if (key === undefined) return undefined;
  const name = nameOf(input);
  if (value === undefined)
    return equals === undefined && above === undefined && below === undefined ? undefined : `${name} is not there`;
  if (equals !== undefined && value !== String(equals)) return `${name} is ${told}, not ${equals}`;
  if (above === undefined && below === undefined) return undefined;
  if (number === undefined) return `${name} is no number: ${told}`;
  if (above !== undefined && !(number > above)) return `${name} is ${number}, not above ${above}`;
  if (below !== undefined && !(number < below)) return `${name} is ${number}, not below ${below}`;
  return undefined;
}

async function pinged(redis: Redis): Promise<number> {
  const begun = performance.now();
  await redis.ping();
  return Math.round((performance.now() - begun) * 100) / 100;
}

/** What a key holds: its value or one field of it, and the other fields that are wanted, all of one moment. */
interface Held {
  value: string | undefined;
  values: Map<string, string | undefined>;
}

async function read(redis: Redis, { key, field, fields }: Pick<Input, 'key' | 'field' | 'fields'>): Promise<Held> {
  if (key === undefined) return { value: undefined, values: new Map() };
  const type = await redis.type(key);
  const named = Object.entries(fields);
  const held = (value: string | undefined, of: (field: string) => string | undefined): Held => ({
    value: field === undefined ? value : of(field),
    values: new Map(named.map(([name, one]) => [name, of(one)])),
  });
  if (type === 'none') return held(undefined, () => undefined);
  if (type === 'hash') return hashOf(redis, key, field, named, held);
  if (type !== 'string')
    throw new StepError('EXPECTATION_FAILED', `The key ${key} is a ${type}; a text or a hash can be read.`);
  refuseLong(key, await redis.strlen(key));
  const text = textIn(key, await redis.getBuffer(key));
  return held(text, (one) => (text === undefined ? undefined : fieldIn(text, key, one)));
}

async function hashOf(
  redis: Redis,
  key: string,
  field: string | undefined,
  named: readonly (readonly [string, string])[],
  held: (value: string | undefined, of: (field: string) => string | undefined) => Held,
): Promise<Held> {
  const wanted = [...new Set([...(field === undefined ? [] : [field]), ...named.map(([, one]) => one)])];
  if (wanted.length === 0) return held(String(await redis.hlen(key)), () => undefined);
  for (const one of wanted) refuseLong(key, await redis.hstrlen(key, one));
  const found = await redis.hmgetBuffer(key, ...wanted);
  const texts = new Map(wanted.map((one, index) => [one, textIn(key, found[index] ?? null)]));
  const all = field === undefined ? String(await redis.hlen(key)) : undefined;
  return held(all, (one) => texts.get(one));
}

function refuseLong(key: string, bytes: number): void {
  if (!(bytes > LONGEST_VALUE)) return;
  throw new StepError('EXPECTATION_FAILED', `The key ${key} holds ${bytes} bytes; ${LONGEST_VALUE} are read at most.`);
}

function textIn(key: string, bytes: Buffer | null): string | undefined {
  if (bytes === null) return undefined;
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new StepError('EXPECTATION_FAILED', `The key ${key} holds no text in UTF-8.`);
}

/** A member of the JSON object itself, as text; nothing where it is null or not there. */
function fieldIn(text: string, key: string, field: string): string | undefined {
  const answer = answerJson(text);
  const object = 'json' in answer && isJsonObject(answer.json) ? answer.json : undefined;
  if (object === undefined) {
    const why = 'problem' in answer && answer.problem !== 'it is no JSON' ? `: ${answer.problem}` : '';
    throw new StepError('EXPECTATION_FAILED', `The key ${key} holds no JSON object with a field ${field}${why}.`);
  }
  const value: unknown = new Map<string, unknown>(Object.entries(object)).get(field);
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
