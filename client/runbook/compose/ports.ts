import { z } from 'zod';
import { type Filled, filled } from './variables.js';

/** A port of a service that is published on the host, as far as the file says it. */
export interface Published {
  /** In the container. */
  target: number;
  /** On the host; of a range its first. Nothing where a variable without a value says it. */
  port: number | undefined;
  /** Address of the host that it listens on, where it is no address of all. */
  host: string | undefined;
  protocol: string;
  /** The variables that say the port on the host. */
  variables: string[];
}

const long = z.object({
  target: z.union([z.number(), z.string()]),
  published: z.union([z.number(), z.string()]).optional(),
  host_ip: z.string().optional(),
  protocol: z.string().optional(),
});
const SHORT = /^(?:(?:(\[[^\]]*\]|[^:[\]]*):)?([^:]*):)?([^:/]+)(?:\/([a-z]+))?$/i;
const EVERYWHERE = ['', '0.0.0.0', '::', '127.0.0.1', '::1', 'localhost'];

/** The published ports of a service; nothing for what is only open inside, or no port at all. */
export function publishedPorts(ports: unknown, values: ReadonlyMap<string, string>): Published[] {
  const list: unknown[] = Array.isArray(ports) ? ports : [];
  return list.flatMap(
    (one) => (typeof one === 'object' ? longForm(one, values) : shortForm(String(one), values)) ?? [],
  );
}

function longForm(one: unknown, values: ReadonlyMap<string, string>): Published | undefined {
  const { data } = long.safeParse(one);
  if (data?.published === undefined) return undefined;
  const fill = (value: string | number): Filled => filled(String(value), values);
  const host = fill(data.host_ip ?? '').text;
  return publishedAs({ host, port: fill(data.published), target: fill(data.target), protocol: data.protocol });
}

/** Split before variables are filled in: a default may hold a colon. */
function shortForm(text: string, values: ReadonlyMap<string, string>): Published | undefined {
  const held: string[] = [];
  const plain = text.replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, (variable) => `\u0001${held.push(variable) - 1}\u0002`);
  const [, host = '', port, target = '', protocol] = SHORT.exec(plain) ?? [];
  const fill = (part: string): Filled =>
    filled(
      part.replace(/\u0001(\d+)\u0002/g, (_, index: string) => held[Number(index)] ?? ''),
      values,
    );
  if (port === undefined) {
    // One variable may say all of it: "${BIND}".
    const { text: whole, read, unset } = fill(plain);
    return read.length > 0 && unset.length === 0 && !whole.includes('$') ? shortForm(whole, new Map()) : undefined;
  }
  return publishedAs({ host: fill(host).text, port: fill(port), target: fill(target), protocol });
}

interface Parts {
  host: string;
  port: Filled;
  target: Filled;
  protocol: string | undefined;
}

function publishedAs({ host, port, target, protocol = 'tcp' }: Parts): Published | undefined {
  const inside = portIn(target);
  const outside = portIn(port);
  // Without a port of the host, the engine chooses one at each start.
  if (inside === undefined || (port.text === '' && port.read.length === 0)) return undefined;
  const address = host.replace(/^\[|\]$/g, '');
  return {
    target: inside,
    port: outside,
    host: EVERYWHERE.includes(address) ? undefined : address,
    protocol: protocol.toLowerCase(),
    variables: port.read,
  };
}

function portIn({ text, unset }: Filled): number | undefined {
  const port = Number(/^(\d{1,5})(?:-\d{1,5})?$/.exec(text.trim())?.[1]);
  return unset.length === 0 && port >= 1 && port <= 65_535 ? port : undefined;
}
