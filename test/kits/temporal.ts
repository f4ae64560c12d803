import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { ensureServer, type ServerInfo, stopServer } from '../../client/server/local-server.js';
import { freePort } from '../../lab/kit/ports.js';

const silent = (): void => undefined;

export interface TestServer {
  address: string;
  uiUrl: string;
  client: Client;
  /** Folder with the server's state. */
  folder: string;
  /** Lets go of the server; one that is the suite's own ends, and its folder goes. */
  stop(): Promise<void>;
}

/**
 * The real Temporal server that the suites of a run share. The first suite that asks starts it; it ends with the run. A
 * suite keeps to targets and task queues that are its own, as `plan()` makes them; one that kills its server, counts
 * what is in it, or needs another configuration takes `startTestServer`.
 */
export async function sharedServer(): Promise<TestServer> {
  const folder = process.env.GOLIVE_TEST_SERVER;
  // Set by test/kits/run/begin.mjs. Without it nobody would end the server.
  if (folder === undefined) throw new Error('GOLIVE_TEST_SERVER is not set: run the tests by `npm run jest`.');
  return await connectTo(await ensureServer({ report: silent, stateDir: folder }), folder, async () => undefined);
}

/**
 * A real Temporal server of its own, on random ports, in a temporary folder that `stop` removes.
 *
 * @param settings dynamic configuration, by key
 */
export async function startTestServer(settings: Record<string, number> = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'golive-server-'));
  const ports = { grpc: await freePort(), ui: await freePort(), http: await freePort() };
  return await connectTo(
    await ensureServer({ report: silent, stateDir: folder, ports, settings }),
    folder,
    async () => {
      await stopServer(folder);
      await rm(folder, { recursive: true, force: true });
    },
  );
}

async function connectTo(info: ServerInfo, folder: string, end: () => Promise<void>): Promise<TestServer> {
  const connection = await Connection.connect({ address: info.address });
  return {
    address: info.address,
    uiUrl: info.uiUrl,
    client: new Client({ connection, namespace: info.namespace, identity: 'test-client' }),
    folder,
    async stop() {
      await connection.close();
      await end();
    },
  };
}

let code: string | undefined;

/** Workflows as a worker takes them. */
export interface Bundle {
  code: string;
}

/** The workflows as the build bundled them, which is what a worker runs. */
export function workflowBundle(): Bundle {
  code ??= readFileSync(new URL('../../dist/workers/workflow-bundle.js', import.meta.url), 'utf8');
  return { code };
}

/** A mistake in the built workflows: what stands in a file below `dist/`, and what stands there instead. */
export interface Mistake {
  file: string;
  from: RegExp | string;
  to: string;
}

/**
 * The same workflows with mistakes made in them, to see that a test finds them.
 *
 * @throws Error when there is no place for a mistake any more: it must be written anew
 */
export function mistakenBundle(mistakes: readonly Mistake[]): Bundle {
  return { code: mistakes.reduce(makeMistake, workflowBundle().code) };
}

function makeMistake(bundled: string, { file, from, to }: Mistake): string {
  // webpack writes each file after a line with its name, and closes it so.
  const begin = bundled.indexOf(`/***/ "./dist/${file}"`);
  const end = bundled.indexOf('\n/***/ }', begin);
  if (begin < 0 || end < 0) throw new Error(`the bundle has no ${file}`);
  const source = bundled.slice(begin, end);
  const mistaken = source.replace(from, to);
  if (mistaken === source) throw new Error(`${file} has nothing like ${from}`);
  return bundled.slice(0, begin) + mistaken + bundled.slice(end);
}
