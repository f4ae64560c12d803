import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const here = dirname(fileURLToPath(import.meta.url));
/** The compiled workflows, named by path only: the worker never imports them. */
export const workflowsPath = join(here, '..', 'workflows', 'index.js');
/** The bundle that the build leaves, so that a worker starts in under a second. */
export const bundlePath = join(here, 'workflow-bundle.js');

/** Bundles the workflows for the sandbox; returns the size in bytes. */
export async function writeBundle(): Promise<number> {
  const quiet = () => undefined;
  const logger = { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: console.warn, error: console.error };
  const { code } = await bundleWorkflowCode({ workflowsPath, logger });
  await mkdir(dirname(bundlePath), { recursive: true });
  await writeFile(bundlePath, code);
  return Buffer.byteLength(code);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const bytes = await writeBundle();
  console.error(`workflow bundle: ${(bytes / 1024).toFixed(0)} KiB`);
}
