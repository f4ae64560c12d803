import { afterAll, beforeAll } from '@jest/globals';
import { sharedServer, type TestServer } from './temporal.js';

/** The Temporal server of a test file; known while its tests run. */
export type SuiteServer = Pick<TestServer, 'address' | 'client'>;

/**
 * A server that is there before the first test of a file, and let go after the last.
 *
 * @param start by default the one that the suites of a run share
 */
export function suiteServer(start = sharedServer): SuiteServer {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  }, 120_000);
  afterAll(() => server.stop());
  return {
    get address() {
      return server.address;
    },
    get client() {
      return server.client;
    },
  };
}
