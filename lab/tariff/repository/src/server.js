import { randomUUID } from 'node:crypto';
import { createWriteStream, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createMetrics } from './metrics.js';
import { page } from './page.js';
import { quote, table } from './quote.js';

const port = Number(process.env.TARIFF_PORT ?? 8480);
const folder = process.env.TARIFF_DATA ?? 'data';
/** How it can be broken, to see whether somebody notices: `slow=<ms>`, `errors=<share>`, `frozen-metrics`. */
const breaks = new Map((process.env.TARIFF_BREAKS ?? '').split(',').map((one) => one.split('=')));

mkdirSync(folder, { recursive: true });
const metrics = createMetrics();
const frozen = metrics.text();
const log = createWriteStream(join(folder, 'service.jsonl'), { flags: 'a' });
const audit = createWriteStream(join(folder, 'audit.jsonl'), { flags: 'a' });
const tell = (level, event, more) =>
  log.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...more })}\n`);

let answered = 0;
const pause = Number(breaks.get('slow') ?? 0);
const errors = Number(breaks.get('errors') ?? 0);

function answer(response, id, status, body, type = 'application/json') {
  response.writeHead(status, { 'content-type': type, 'x-request-id': id });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

function handle(request, response, text) {
  const id = request.headers['x-request-id'] ?? randomUUID();
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname === '/healthz') return answer(response, id, 200, { ok: true });
  if (pathname === '/version') return answer(response, id, 200, { commit: process.env.TARIFF_COMMIT ?? 'unknown' });
  if (pathname === '/metrics')
    return answer(response, id, 200, breaks.has('frozen-metrics') ? frozen : metrics.text(), 'text/plain; version=0.0.4');
  answered += 1;
  if (errors > 0 && (answered * errors) % 1 < errors) return answer(response, id, 500, { error: 'It broke.' });
  if (pathname === '/quote' && request.method === 'POST') {
    const { status, body } = quote(text);
    metrics.count(status === 200 ? 'quotes' : 'refused');
    audit.write(`${JSON.stringify({ time: new Date().toISOString(), id, status, ...body })}\n`);
    tell(status === 200 ? 'info' : 'warn', 'quote', { id, status });
    return answer(response, id, status, body);
  }
  if (pathname === '/') {
    metrics.count('pages');
    tell('info', 'page', { id });
    return answer(response, id, 200, page, 'text/html; charset=utf-8');
  }
  if (pathname === '/table') {
    metrics.count('tables');
    tell('info', 'table', { id });
    return answer(response, id, 200, table('middle'), 'text/csv');
  }
  metrics.count('refused');
  tell('warn', 'unknown', { id, pathname });
  return answer(response, id, 404, { error: 'There is no such page.' });
}

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk) => {
    text += chunk;
  });
  request.on('end', () => {
    if (pause > 0 && request.url !== '/healthz') setTimeout(() => handle(request, response, text), pause);
    else handle(request, response, text);
  });
});

const pidFile = join(folder, 'service.pid');
server.listen(port, '127.0.0.1', () => {
  writeFileSync(pidFile, String(process.pid));
  tell('info', 'started', { pid: process.pid, port });
});
const end = () => {
  rmSync(pidFile, { force: true });
  process.exit(0);
};
process.on('SIGTERM', end);
process.on('SIGINT', end);
// Whoever keeps it holds its stdin.
if (process.env.TARIFF_KEPT === '1') process.stdin.on('end', end).resume();
