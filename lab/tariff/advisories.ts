import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { endsCleanly, port } from '../kit/life.js';
import { createLog } from '../kit/log.js';

/**
 * Stands in for the registry's advisories, which no lab may ask: it speaks npm's bulk API and knows one advisory, of the
 * package that an audit plants to show that it looks.
 */
const log = createLog('advisories');
const BULK = '/-/npm/v1/security/advisories/bulk';
const KNOWN = {
  minimist: [
    {
      id: 1_179_001,
      url: 'https://example.org/advisories/1',
      title: 'Prototype pollution',
      severity: 'critical',
      vulnerable_versions: '<1.2.6',
      cwe: ['CWE-1321'],
      cvss: { score: 9.8, vectorString: null },
    },
  ],
};

const { values } = parseArgs({ options: { port: { type: 'string' } } });
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (request.url !== BULK) {
      response.writeHead(404).end('{}');
      return;
    }
    const body = Buffer.concat(chunks);
    const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8');
    const asked = Object.keys(z.record(z.string(), z.unknown()).parse(JSON.parse(text)));
    log('info', `asked about ${asked.join(', ')}`);
    const found = Object.entries(KNOWN).filter(([name]) => asked.includes(name));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(Object.fromEntries(found)));
  });
});
server.listen(port('--port', values.port), '127.0.0.1');
endsCleanly(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
