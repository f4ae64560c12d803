import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach } from '@jest/globals';

const OK = '{"ok":true}';

/** What a channel of notices was sent, and how it answers. */
export interface Channel {
  /** Its address; known when the tests run. */
  base: string;
  /** The HTTP status of its answers: 200 at the start of each test. */
  status: number;
  /** Headers and body of its answers: none, and that all is well, at the start of each test. */
  headers: Record<string, string>;
  says: string;
  got: { url: string; headers: IncomingHttpHeaders; body: string }[];
}

/**
 * A local server that stands in for Telegram, Slack and a webhook: it speaks their API, and is all that can be reached.
 *
 * @param secrets variables of the environment while the tests run, from its address
 */
export function channel(secrets: (base: string) => Record<string, string>): Channel {
  const one: Channel = { base: '', status: 200, headers: {}, says: OK, got: [] };
  let server: Server;
  let names: string[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        one.got.push({ url: request.url ?? '', headers: request.headers, body });
        response.writeHead(one.status, one.headers).end(one.says);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    one.base = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
    const values = secrets(one.base);
    names = Object.keys(values);
    Object.assign(process.env, values);
  });
  afterAll(() => {
    for (const name of names) delete process.env[name];
    return new Promise((resolve) => server.close(resolve));
  });
  beforeEach(() => {
    one.got.length = 0;
    one.status = 200;
    one.headers = {};
    one.says = OK;
  });
  return one;
}
