import type { ExpressionContext } from '../expression/expression.js';
import { ExpressionError, resolve } from '../expression/expression.js';
import type { Json } from '../json.js';
import { ipv6 } from './ipv6.js';
import type { NetworkPlan } from './plan.js';

/** A host name in its one form: lower case, without the dot at its end and the brackets of IPv6, whose spellings are one. */
export function hostName(host: string): string {
  const bare = host.toLowerCase().replace(/^\[|\]$/g, '');
  return ipv6(bare) ?? bare.replace(/\.$/, '');
}

const ADDRESS = /\b(?:https?|rediss?):\/\/(?:[^\s/?#"'@\\]*@)?(\[[0-9a-f:.]+\]|[^\s/?#"'@:\\]+)/gi;
const ANY_ADDRESS = /^[a-z][a-z0-9+.-]*:\/\/(?:[^\s/?#"'@\\]*@)?(\[[0-9a-f:.]+\]|[^\s/?#"'@:\\]+)(?::(\d+))?/i;
const BARE = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/;

/**
 * Hosts that values name: in addresses, and under the key `host`. Expressions over inputs and target are computed; what
 * only comes up while it runs is not named, and so not allowed.
 */
export function hostsOf(value: Json | undefined, context: ExpressionContext): string[] {
  const found = new Set<string>();
  const visit = (part: Json | undefined, key?: string): void => {
    if (typeof part === 'string') for (const host of hostsIn(resolved(part, context), key)) found.add(hostName(host));
    else if (Array.isArray(part)) for (const item of part) visit(item);
    else if (part !== null && typeof part === 'object')
      for (const [name, item] of Object.entries(part)) visit(item, name);
  };
  visit(value);
  return [...found].toSorted();
}

/** Hosts of what kinds say they reach: addresses of any protocol, and bare names. */
export function reachedHosts(names: readonly string[], context: ExpressionContext): string[] {
  return names.flatMap((name) => {
    const text = resolved(name, context);
    if (text === '' || text.includes('${{')) return [];
    return hostName(ANY_ADDRESS.exec(text)?.[1] ?? text);
  });
}

/** The host of an address or of a bare name, and its port where it says one. */
export function hostAndPort(text: string): { host: string; port: number | undefined } {
  const [, host, port] = ANY_ADDRESS.exec(text) ?? BARE.exec(text) ?? [];
  return { host: hostName(host ?? text), port: port === undefined ? undefined : Number(port) };
}

function hostsIn(text: string, key: string | undefined): string[] {
  if (text.includes('${{')) return [];
  if (key === 'host') return [text];
  return [...text.matchAll(ADDRESS)].flatMap(([, host]) => host ?? []);
}

function resolved(text: string, context: ExpressionContext): string {
  if (!text.includes('${{')) return text;
  try {
    return String(resolve(text, context));
  } catch (error) {
    if (error instanceof ExpressionError) return text;
    throw error;
  }
}

/** Whether a host stands in the plan or in golive.yaml, and in the runbook's own list where it has one. */
export function mayReach(host: string, port: number, network: NetworkPlan): boolean {
  const { hosts, allow } = network;
  return allowsHost(host, port, network) && (hosts.includes(hostName(host)) || listed(host, port, allow));
}

/** Whether the runbook's own list leaves a host; without a list it leaves all. */
export function allowsHost(host: string, port: number, { only }: Pick<NetworkPlan, 'only'>): boolean {
  return only === undefined || listed(host, port, only);
}

/** Whether a list names a host, with this port or with none. */
export function listed(host: string, port: number, allow: readonly string[]): boolean {
  const name = hostName(host);
  return allow.map(hostAndPort).some((one) => one.host === name && (one.port === undefined || one.port === port));
}

/**
 * What a list needs that leaves a host out: its name, with the port where the list has it with others alone.
 *
 * @param port undefined where nobody knows it yet
 */
export function entryFor(host: string, port: number | undefined, allow: readonly string[]): string {
  const name = hostName(host);
  const others = port !== undefined && allow.some((entry) => hostAndPort(entry).host === name);
  return others ? `${name.includes(':') ? `[${name}]` : name}:${port}` : name;
}
