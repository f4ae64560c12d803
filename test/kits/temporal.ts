import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { ensureServer, stopServer } from '../../client/server/local-server.js';
import { freePort } from '../../lab/kit/ports.js';

export interface TestServer {
  address: string;
  uiUrl: string;
  client: Client;
  /** Folder with the server's state; removed by `stop`. */
  folder: string;
  stop(): Promise<void>;
}

/**
 * A real Temporal server of its own, on random ports, in a temporary folder.
 *
 * @param settings dynamic configuration, by key
 */
export async function startTestServer(settings: Record<string, number> = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'golive-server-'));
  const ports = { grpc: await freePort(), ui: await freePort(), http: await freePort() };
  const info = await ensureServer({ report: () => undefined, stateDir: folder, ports, settings });
  const connection = await Connection.connect({ address: info.address });
  const client = new Client({ connection, namespace: info.namespace, identity: 'test-client' });
  return {
    address: info.address,
    uiUrl: info.uiUrl,
    client,
    folder,
    async stop() {
      await connection.close();
      await stopServer(folder);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A mistake in the built workflows: what stands in a file below `dist/`, and what stands there instead. */
export interface Mistake {
  file: string;
  from: RegExp;
  to: string;
}

const quiet = () => undefined;
const bundled = (mistakes: readonly Mistake[]): Promise<WorkflowBundleWithSourceMap> =>
  bundleWorkflowCode({
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

let bundle: Promise<WorkflowBundleWithSourceMap> | undefined;

/** The workflows of the built `dist/`, bundled once per test process. */
export function workflowBundle(): Promise<WorkflowBundleWithSourceMap> {
  bundle ??= bundled([]);
  return bundle;
}

/** The same workflows with mistakes made in them, to see that a test finds them. */
export function mistakenBundle(mistakes: readonly Mistake[]): Promise<WorkflowBundleWithSourceMap> {
  return bundled(mistakes);
}
