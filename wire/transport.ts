import { isIP } from 'node:net';
import { WireError } from './error.js';

/**
 * Names the one address, as `host:port`, that may be used without TLS although it is not on this machine. Unsafe:
 * everything that goes there can be read and changed on the way, approvals too.
 */
export const UNSAFE_PLAINTEXT = 'GOLIVE_UNSAFE_PLAINTEXT';

/** How a Temporal server is reached; `tls` and `apiKey` as the SDK takes them. */
export interface Transport {
  /** host:port; an IPv6 host stands in brackets. */
  address: string;
  tls?: unknown;
  apiKey?: unknown;
}

/** The host of `host:port`, `[v6]:port` or a bare host, in lower case. */
export function hostOf(address: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(address);
  if (bracketed?.[1] !== undefined) return bracketed[1].toLowerCase();
  return (isIP(address) === 6 ? address : address.replace(/:\d*$/, '')).toLowerCase();
}

/** Whether an address can only be this machine: `localhost` or a loopback IP. Other names may point anywhere. */
export function isLoopback(address: string): boolean {
  const host = hostOf(address);
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}

/** Whether the SDK would encrypt the connection: TLS given, or left open beside an API key. */
function encrypts({ tls, apiKey }: Transport): boolean {
  if (tls === undefined || tls === null) return typeof apiKey === 'string' && apiKey !== '';
  return tls !== false;
}

/**
 * Lets a connection pass that stays on this machine or is encrypted. Also an API key needs TLS: without it the key
 * itself would be readable on the way.
 * @throws WireError for any other, unless `GOLIVE_UNSAFE_PLAINTEXT` names exactly this address
 */
export function requireSafeTransport(transport: Transport, env: NodeJS.ProcessEnv): void {
  const { address } = transport;
  if (isLoopback(address) || encrypts(transport) || env[UNSAFE_PLAINTEXT] === address) return;
  throw new WireError(
    `The Temporal server ${address} is not on this machine, and the connection would not be encrypted.`,
    `Set TEMPORAL_TLS=true (with TEMPORAL_TLS_CLIENT_CERT_PATH and …_KEY_PATH for mutual TLS) or TEMPORAL_API_KEY. ` +
      `Only inside a network that nobody else can reach: ${UNSAFE_PLAINTEXT}=${address}. See docs/security.md.`,
  );
}
