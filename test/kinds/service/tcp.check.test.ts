import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach } from '@jest/globals';
import { stepKit } from '../../kits/step-kit.js';

let server: Server;
let port: number;
beforeEach(async () => {
  server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : 0;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

stepKit('tcp.check', {
  good: () => ({ host: '127.0.0.1', port }),
  bad: () => ({ host: '127.0.0.1', port: 9, timeout: 500 }),
  badCode: 'CONNECTION_FAILED',
});
