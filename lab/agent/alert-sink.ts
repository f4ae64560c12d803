import { appendFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endsCleanly } from '../kit/life.js';

/** Stands in for Slack, Telegram and a webhook, which no rehearsal may reach: it takes what they take and keeps it. */
const { values } = parseArgs({
  options: { dir: { type: 'string' }, down: { type: 'boolean' }, 'no-end': { type: 'boolean' } },
});
const root = values.dir ?? '.';
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (piece: Buffer) => (body += piece.toString()));
  request.on('end', () => {
    const ends = /it is over|holds again/.test(body);
    if (values.down || (values['no-end'] && ends)) {
      response.writeHead(503).end('down');
      return;
    }
    const key = String(request.headers['idempotency-key'] ?? '');
    appendFileSync(
      join(root, 'alerts-received.jsonl'),
      `${JSON.stringify({ ts: new Date().toISOString(), key, body })}\n`,
    );
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  writeFileSync(join(root, 'alert-url'), `http://127.0.0.1:${port}/hooks/agent\n`, { mode: 0o600 });
});
endsCleanly(() => new Promise((resolve) => server.close(() => resolve())));
