import { z } from 'zod';
import type { JsonObject } from '../../model/json.js';
import type { HeldFault } from './held-fault.js';
import { type OrderOf, toxicField } from './order.js';

/** Asks Toxiproxy's API. @param path of the address, already encoded */
export type Ask = (
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: JsonObject,
) => Promise<{ status: number; text: string }>;

const proxyShape = z.object({
  name: z.string(),
  listen: z.string(),
  upstream: z.string(),
  enabled: z.boolean(),
  toxics: z.array(z.object({ ...toxicField.shape, stream: z.string() })),
});
export type Proxy = z.infer<typeof proxyShape>;

const pathOf = (proxy: string): string => `/proxies/${encodeURIComponent(proxy)}`;

/** A proxy as it is now; undefined where there is none of that name. @throws Error for an answer that is none of Toxiproxy's */
export async function readProxy(ask: Ask, proxy: string): Promise<Proxy | undefined> {
  const { status, text } = await ask('GET', pathOf(proxy));
  if (status === 404) return undefined;
  if (status !== 200) throw new Error(`Toxiproxy answered ${status} when it was asked for the proxy ${proxy}`);
  const { data } = proxyShape.safeParse(asJson(text));
  if (!data) throw new Error(`what answered for the proxy ${proxy} is not Toxiproxy`);
  return data;
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What may be told of a proxy. */
export function factsOf({ name, listen, upstream, enabled, toxics }: Proxy): JsonObject {
  return { proxy: name, listen, upstream, enabled, toxics };
}

/** Takes out a toxic of this name, or enables a proxy; nothing else of the proxy is touched. @throws Error unless it is seen */
export async function liftToxic(ask: Ask, proxy: string, toxic: string | undefined): Promise<JsonObject> {
  const now = await readProxy(ask, proxy);
  // A proxy that is gone has taken its toxics with it.
  if (!now) return { proxy, gone: true };
  if (toxic === undefined) {
    if (!now.enabled) await ask('POST', pathOf(proxy), { enabled: true });
  } else if (now.toxics.some(({ name }) => name === toxic)) {
    await ask('DELETE', `${pathOf(proxy)}/toxics/${encodeURIComponent(toxic)}`);
  }
  const then = await readProxy(ask, proxy);
  if (then && isIn(then, toxic)) throw new Error(`the fault is still in the proxy ${proxy}`);
  return then ? factsOf(then) : { proxy, gone: true };
}

function isIn({ enabled, toxics }: Proxy, toxic: string | undefined): boolean {
  return toxic === undefined ? !enabled : toxics.some(({ name }) => name === toxic);
}

/** A fault of the network between the target and what it speaks to. */
export function toxicFault({ proxy, toxic }: OrderOf<'network'>, ask: Ask): HeldFault {
  return {
    inject: async () => {
      const { status, text } = toxic
        ? await ask('POST', `${pathOf(proxy)}/toxics`, toxic)
        : await ask('POST', pathOf(proxy), { enabled: false });
      if (status !== 200) throw new Error(`Toxiproxy answered ${status}: ${text.slice(0, 200)}`);
      const now = await readProxy(ask, proxy);
      const there = now?.toxics.find(({ name }) => name === toxic?.name);
      const asOrdered = toxic ? there !== undefined && sameToxic(there, toxic) : now?.enabled === false;
      if (!now || !asOrdered) throw new Error(`the fault is not in the proxy ${proxy} as it was put in`);
      return factsOf(now);
    },
    problem: async () => {
      const now = await readProxy(ask, proxy);
      return now && isIn(now, toxic?.name) ? undefined : `the fault is not in the proxy ${proxy} any more`;
    },
    lift: () => liftToxic(ask, proxy, toxic?.name),
  };
}

function sameToxic(one: Proxy['toxics'][number], other: z.infer<typeof toxicField>): boolean {
  const same = one.type === other.type && one.stream === other.stream && one.toxicity === other.toxicity;
  return same && Object.entries(other.attributes).every(([name, value]) => one.attributes[name] === value);
}
