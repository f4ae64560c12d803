// How exact the load generator is: `npm run bench:load [repeats]`, on a machine with nothing else to do.
// A server that is known to stall is loaded, and what is measured stands beside what theory says. It judges nothing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { arrivalsOf } from '../../dist/kinds/load/arrivals.js';
import { loadFigures } from '../../dist/kinds/load/load-figures.js';
import { sampleReader } from '../../dist/kinds/load/samples.js';

const [BEFORE_MS, STALL_MS] = [4000, 2000];
const PROFILE = { agents: 900, perMinute: 6000, duration: 10_000, cycles: 1, pause: 0 };
const REPEATS = Math.min(50, Number(process.argv[2] ?? 5));
const GENERATOR = new URL('../../dist/kinds/load/generate.js', import.meta.url).pathname;

/** Answers at once, except in the stall, which is answered at its end; it begins so long after what is asked first. */
async function stallingServer() {
  let begun;
  const server = createServer((_, response) => {
    const now = performance.now();
    begun ??= now;
    const at = now - begun;
    const left = at >= BEFORE_MS && at < BEFORE_MS + STALL_MS ? BEFORE_MS + STALL_MS - at : 0;
    if (left === 0) response.end('ok');
    else setTimeout(() => response.end('ok'), left);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function measure() {
  const server = await stallingServer();
  const url = `http://127.0.0.1:${server.address().port}/`;
  const order = {
    profile: PROFILE,
    scale: 1,
    timeoutMs: 30_000,
    requests: [{ id: 'root', weight: 1, url, method: 'GET', headers: {} }],
    addresses: { '127.0.0.1': [{ address: '127.0.0.1', family: 4 }] },
  };
  const samples = [];
  const reader = sampleReader((sample) => samples.push(sample));
  const child = spawn(process.execPath, [GENERATOR], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdout.on('data', reader.push);
  child.stdin.end(JSON.stringify(order));
  const [code] = await once(child, 'close');
  server.closeAllConnections();
  server.close();
  if (code !== 0) throw new Error(`The generator ended with code ${code}.`);
  reader.end();
  return samples;
}

const arrivals = arrivalsOf(PROFILE, 1);
/** Every task as it would be on a machine that takes no time. */
const inTheory = Array.from({ length: arrivals.tasks }, (_, task) => {
  const dueMs = arrivals.dueMs(task);
  const waits = dueMs >= BEFORE_MS && dueMs < BEFORE_MS + STALL_MS ? BEFORE_MS + STALL_MS - dueMs : 0;
  return { task, request: 'root', dueUs: dueMs * 1000, lateUs: 0, waitedUs: 0, tookUs: waits * 1000, status: 200, error: '' };
});
const theory = loadFigures(inTheory, arrivals, 1).p99;
const percent = (share) => `${(share * 100).toFixed(3)} %`;

console.log(`driver golive, node ${process.version}: ${arrivals.tasks} tasks, ${PROFILE.perMinute / 60} a second, a stall of ${STALL_MS} ms; p99 in theory ${theory} ms`);
const rows = [];
for (let repeat = 1; repeat <= REPEATS; repeat += 1) {
  const { tasks, errors, p50, p99, arrivalError, lagP99 } = loadFigures(await measure(), arrivals, 1);
  const difference = p99 / theory - 1;
  rows.push({ difference: Math.abs(difference), arrivalError });
  console.log(
    `${repeat}: n ${tasks}, errors ${errors}, p99 ${p99} ms (${percent(difference)}), arrival error ${percent(arrivalError)}, p50 ${p50} ms, generator late p99 ${lagP99} ms`,
  );
}
const worst = (name) => percent(Math.max(...rows.map((row) => row[name])));
console.log(`worst of ${rows.length}: p99 ${worst('difference')} off, arrival error ${worst('arrivalError')}`);
