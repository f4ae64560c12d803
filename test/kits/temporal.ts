import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode } from '@temporalio/worker';
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
  from: RegExp;
  to: string;
}

const quiet = () => undefined;
/** The same workflows with mistakes made in them, to see that a test finds them. */
export function mistakenBundle(mistakes: readonly Mistake[]): Promise<Bundle> {
  return bundleWorkflowCode({
    workflowsPath: new URL('../../dist/workflows/index.js', import.meta.url).pathname,
    payloadConverterPath: new URL('../../dist/wire/payload-converter.cjs', import.meta.url).pathname,
    logger: { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: console.warn, error: console.error },
    webpackConfigHook: (config) => {
      const loader = new URL('mistaken.cjs', import.meta.url).pathname;
      const rules = mistakes.map(({ file, from, to }) => ({
        include: new URL(`../../dist/${file}`, import.meta.url).pathname,
        use: { loader, options: { from, to } },
      }));
      return { ...config, module: { ...config.module, rules: [...(config.module?.rules ?? []), ...rules] } };
    },
  });
}
