import type { Client } from '@temporalio/client';
import { addressNow, connect, type OpenConnection } from './connection.js';

/** A way to the server that is found again when the server comes back at another address. */
export interface Reach {
  /** The client to use now. */
  readonly client: Client;
  /** Aborted when another client takes the place of this one: what still waits for an answer there waits in vain. */
  readonly replaced: AbortSignal;
  /** Looks where the server is now; true when that is elsewhere, and `client` another one. */
  look(): Promise<boolean>;
  /** Closes what `look` opened; the first connection is its opener's. */
  close(): Promise<void>;
}

/**
 * Holds a connection and finds the server again.
 *
 * @param first stays its opener's to close
 * @param world where the server is now, and how it is connected to
 */
export function reachOf(first: OpenConnection, world = { addressNow, connect: () => connect() }): Reach {
  let current = first;
  let gone = new AbortController();
  const closeOwn = async (one: OpenConnection): Promise<void> => {
    if (one !== first) await one.close().catch(() => undefined);
  };
  return {
    get client() {
      return current.client;
    },
    get replaced() {
      return gone.signal;
    },
    look: async () => {
      const address = await world.addressNow();
      // At the same address the connection mends itself.
      if (address === undefined || address === current.address) return false;
      const next = await world.connect().catch(() => undefined);
      if (next === undefined) return false;
      const before = current;
      current = next;
      gone.abort();
      gone = new AbortController();
      await closeOwn(before);
      return true;
    },
    close: () => closeOwn(current),
  };
}
