import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { parseArgs } from 'node:util';
import { endsCleanly, port } from '../kit/life.js';
import { createLog, messageOf } from '../kit/log.js';

/**
 * One address in front of what `golive up` runs, as a team's own proxy is: the HTTP API of its server, the metrics of its
 * server, and whether its worker answers. `front.js --port P --api HOST:PORT --metrics HOST:PORT --ask PATH`.
 */
const log = createLog('front');
/** A worker that does not answer a query within this is not well. */
const WELL_MS = 900;

const { values } = parseArgs({
  options: { port: { type: 'string' }, api: { type: 'string' }, metrics: { type: 'string' }, ask: { type: 'string' } },
});
const { api = '', metrics = '', ask = '' } = values;

function passOn(incoming: IncomingMessage, answer: ServerResponse): void {
  const upstream = incoming.url === '/metrics' ? metrics : api;
  const { host: _, ...headers } = incoming.headers;
  const onward = request(
    `http://${upstream}${incoming.url ?? '/'}`,
    { method: incoming.method ?? 'GET', headers },
    (given) => {
      answer.writeHead(given.statusCode ?? 502, given.headers);
      given.pipe(answer);
    },
  );
  onward.on('error', (error) => {
    log('warn', `${incoming.method} ${incoming.url}: ${messageOf(error)}`);
    if (!answer.headersSent) answer.writeHead(502);
    answer.end();
  });
  answer.on('close', () => onward.destroy());
  incoming.pipe(onward);
}

/** A query is answered by the worker, not by the server: this tells that all of it runs. */
async function health(answer: ServerResponse): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const asked = { method: 'POST', headers, body: '{}', signal: AbortSignal.timeout(WELL_MS) };
  const status = await fetch(`http://${api}${ask}`, asked).then(
    async (response) => {
      await response.arrayBuffer();
      return response.ok ? 200 : 503;
    },
    () => 503,
  );
  answer.writeHead(status).end();
}

const server = createServer((incoming, answer) => {
  if (incoming.url === '/healthz') void health(answer);
  else passOn(incoming, answer);
});
server.listen(port('--port', values.port), '127.0.0.1');
endsCleanly(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
