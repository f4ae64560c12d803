import { existsSync, readdirSync, statSync } from 'node:fs';
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

/** Whether the bundle is newer than everything that goes into it, so that a build with nothing new takes no time. */
function isFresh(): boolean {
  if (!existsSync(bundlePath)) return false;
  const sources = ['workflows', 'model'].flatMap((room) =>
    readdirSync(join(here, '..', room), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(here, '..', room, file),
    ),
  );
  const built = statSync(bundlePath).mtimeMs;
  return sources.every((file) => statSync(file).mtimeMs < built);
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !isFresh()) {
  const bytes = await writeBundle();
  console.error(`workflow bundle: ${(bytes / 1024).toFixed(0)} KiB`);
}
