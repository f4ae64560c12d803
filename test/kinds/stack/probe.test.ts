import { eventually } from '../../kits/until.js';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { probe } from '../../../kinds/stack/probe.js';
import { freePort } from '../../../lab/kit/ports.js';

const NO_PROGRAM = { run: () => Promise.reject(new Error('no program is run')) };
const goesOn = new AbortController().signal;

let server: Server;
let url: string;
let dead: string;
/** Paths that were asked for. */
const asked: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/silent') return;
    if (request.url === '/cut') {
      request.socket.destroy();
      return;
    }
    if (request.url === '/endless') response.writeHead(200).write('x'.repeat(1000));
    else if (request.url === '/moved') response.writeHead(302, { location: '/ok' }).end();
    else response.writeHead(request.url === '/ok' ? 200 : 503).end('here');
  });
  const port = await freePort();
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  url = `http://127.0.0.1:${port}`;
  dead = `http://127.0.0.1:${await freePort()}/`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const http = (address: string, status = 200, signal = goesOn) =>
  probe({ http: { url: address, status } }, NO_PROGRAM, signal);

describe('whether a service is ready, by its address', () => {
  test('it is when it answers as it must, whatever its body', async () => {
    expect(await http(`${url}/ok`)).toBeUndefined();
    expect(await http(`${url}/moved`, 302)).toBeUndefined();
    expect(await http(`${url}/endless`)).toBeUndefined();
    expect(asked).toEqual(['/ok', '/moved', '/endless']);
  });

  test('otherwise it says what came instead', async () => {
    expect(await http(`${url}/moved`)).toBe(`${url}/moved answered 302`);
    expect(await http(`${url}/`)).toBe(`${url}/ answered 503`);
    expect(await http(`${url}/cut`)).toBe(`${url}/cut UND_ERR_SOCKET`);
    expect(await http(dead)).toBe(`${dead} ECONNREFUSED`);
  });

  test('silence ends, and so does a look that is called off', async () => {
    expect(await http(`${url}/silent`)).toBe(`${url}/silent did not answer`);
    expect(await http(`${url}/silent`, 200, AbortSignal.timeout(50))).toBe(`${url}/silent did not answer`);
    expect(await http(`${url}/ok`, 200, AbortSignal.abort())).toBe(`${url}/ok did not answer`);
  });

  test('no connection to it stays behind', async () => {
    const open = () => new Promise<number>((done) => server.getConnections((_, count) => done(count)));
    await eventually('no connection', 20_000, async () => (await open()) === 0);
  });
});
