/**
 * The holder of a fault: puts it in, holds it, and takes it out in time, when it is told to, and when its step is no more.
 * It is two processes. The first is its step's child, and the kernel ends it together with the worker; the second holds the
 * fault, learns of that by the end of its standard input, and lives on until the fault is out.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { carryFault } from './holder.js';
import { holdOrder } from './order.js';

const KEEPER_ARG = 'keeper';
/** How often is looked whether the worker is there, where the kernel does not end its children with it. */
const LOOK_MS = 200;

if (process.argv[2] === KEEPER_ARG) {
  const lines = createInterface({ input: process.stdin });
  const stop = new AbortController();
  const end = (): void => stop.abort();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end);
  // Nobody may be there to read any more.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  lines.on('close', end);
  lines.once('line', (order) => {
    void carryFault(holdOrder.parse(JSON.parse(order)), stop.signal).then((code) => process.exit(code));
  });
} else {
  const order = await text(process.stdin);
  const worker = process.ppid;
  const script = process.argv[1] ?? '';
  const child = spawn(process.execPath, [script, KEEPER_ARG], { stdio: ['pipe', 'inherit', 'inherit'] });
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${order.trim()}\n`);
  // The whole group is told to end; this one waits for the other.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
  const watch = setInterval(() => {
    if (process.ppid !== worker) child.stdin.end();
  }, LOOK_MS);
  child.once('exit', (code) => {
    clearInterval(watch);
    process.exit(code ?? 1);
  });
}
