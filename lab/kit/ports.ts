import { createServer } from 'node:net';

/**
 * Below the ports that systems take for themselves when nobody names one (Linux from 32768, IANA from 49152): a port
 * that was chosen here stays free also while its service is down.
 */
const FIRST = 10_000;
const COUNT = 20_000;
/** The one port of these that fetch refuses to speak to (Fetch Standard, "bad port"). */
const REFUSED_BY_FETCH = 10_080;
/** Processes that choose at the same time begin at different places: 97 has no factor in common with the count. */
let next = (process.pid * 97) % COUNT;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A port of 127.0.0.1 that nothing listens on, and that this process gives once. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < COUNT; tried += 1) {
    const port = FIRST + next;
    next = (next + 1) % COUNT;
    if (port !== REFUSED_BY_FETCH && (await isFree(port))) return port;
  }
  throw new Error(`no free port on 127.0.0.1 from ${FIRST} to ${FIRST + COUNT - 1}`);
}

export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let one = 0; one < count; one += 1) ports.push(await freePort());
  return ports;
}
