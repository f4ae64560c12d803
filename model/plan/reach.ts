import type { ExpressionContext } from '../expression/expression.js';
import { ExpressionError, resolve } from '../expression/expression.js';
import type { Json } from '../json.js';
import type { NetworkPlan } from './plan.js';

/** A host name in its one form: lower case, without the dot at its end and the brackets of IPv6. */
export function hostName(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}

const ADDRESS = /\b(?:https?|rediss?):\/\/(?:[^\s/?#"'@\\]*@)?(\[[0-9a-f:.]+\]|[^\s/?#"'@:\\]+)/gi;
const ANY_ADDRESS = /^[a-z][a-z0-9+.-]*:\/\/(?:[^\s/?#"'@\\]*@)?(\[[0-9a-f:.]+\]|[^\s/?#"'@:\\]+)/i;

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

/** Whether a host stands in the plan or in golive.yaml. */
export function mayReach(host: string, port: number, { hosts, allow }: NetworkPlan): boolean {
  const name = hostName(host);
  return hosts.includes(name) || listed(name, port, allow);
}

/** Whether golive.yaml names a host, with this port or with none. */
export function listed(host: string, port: number, allow: readonly string[]): boolean {
  const name = hostName(host);
  return allow.some((entry) => hostName(entry) === name || entry.toLowerCase() === `${name}:${port}`);
}
