import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way between two processes that a test can cut. */
export interface TcpProxy {
  /** host:port to connect to. */
  address: string;
  /** Ends every connection and refuses new ones until `heal`. */
  drop(): void;
  /** Lets every connection stand and passes nothing on until `heal`, as a dead switch does. */
  stall(): void;
  /** Ends every connection once, in the middle of whatever it says; new ones are taken. */
  reset(): void;
  heal(): void;
  close(): Promise<void>;
}

/** Passes TCP connections on to `host:port`. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const [host = '', port = ''] = target.split(':');
  const sockets = new Set<Socket>();
  let state: 'open' | 'dropped' | 'stalled' = 'open';
  const server = createServer((near) => {
    if (state === 'dropped') {
      near.destroy();
      return;
    }
    const far = connect(Number(port), host);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('data', (bytes) => {
        if (!other.write(bytes)) one.pause();
      });
      one.on('drain', () => {
        if (state !== 'stalled') other.resume();
      });
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      if (state === 'stalled') one.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Not by resetAndDestroy: it begins to shut the socket down, which keeps it from being reset, and then it stays open.
  const endAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    drop: () => {
      state = 'dropped';
      endAll();
    },
    stall: () => {
      state = 'stalled';
      for (const socket of sockets) socket.pause();
    },
    reset: endAll,
    heal: () => {
      state = 'open';
      for (const socket of sockets) socket.resume();
    },
    close: async () => {
      endAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
