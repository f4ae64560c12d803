/** Set to this value to speak to a Temporal server elsewhere in the clear. */
export const PLAINTEXT = { name: 'GOLIVE_PLAINTEXT_TEMPORAL', value: 'everything-can-be-read-and-forged' } as const;

const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[?::1\]?)\.?$/i;

/** Whether a server's `host:port` is this machine. */
export function isLoopback(address: string): boolean {
  return LOOPBACK.test(address.replace(/:\d+$/, ''));
}

/**
 * Why a server must not be spoken to as it is configured; undefined when it may be. Beyond this machine, whoever is on the
 * way could read go-lives and send messages in anybody's name: it takes TLS, or an API key (which Temporal's client sends
 * over TLS only).
 *
 * @param allowed value of the variable `PLAINTEXT.name`
 */
export function unsafeServer(
  address: string,
  options: { tls?: unknown; apiKey?: unknown },
  allowed: string | undefined,
): string | undefined {
  if (isLoopback(address) || allowed === PLAINTEXT.value) return undefined;
  const encrypted = options.tls !== undefined && options.tls !== null && options.tls !== false;
  if (encrypted || (options.apiKey !== undefined && options.apiKey !== '')) return undefined;
  return `The Temporal server ${address} is not this machine, and the connection has neither TLS nor an API key.`;
}

/** What to do then. */
export const UNSAFE_HINT = `Set TEMPORAL_TLS or TEMPORAL_API_KEY, or a profile in temporal.toml; on a network that is yours alone: ${PLAINTEXT.name}=${PLAINTEXT.value}.`;
