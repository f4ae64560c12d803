import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import { failureConverterPath, payloadConverterPath } from '../wire/data-converter.js';

const here = dirname(fileURLToPath(import.meta.url));
/** The compiled workflows, named by path only: the worker never imports them. */
export const workflowsPath = join(here, '..', 'workflows', 'index.js');
/** The bundles that the build leaves, so that a worker starts in under a second. */
export const bundlePaths = {
  plain: join(here, 'workflow-bundle.js'),
  /** Keeps texts of failures where the payload codec encrypts them. */
  encrypted: join(here, 'workflow-bundle-encrypted.js'),
} as const;
export type BundleKind = keyof typeof bundlePaths;

/** How each bundle is made; the sandbox takes its converters from the bundle. */
export function bundleOptions(kind: BundleKind) {
  return { workflowsPath, payloadConverterPath, ...(kind === 'encrypted' ? { failureConverterPath } : {}) };
}

/** Bundles the workflows for the sandbox; returns the size in bytes. */
export async function writeBundle(kind: BundleKind): Promise<number> {
  const quiet = () => undefined;
  const logger = { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: console.warn, error: console.error };
  const { code } = await bundleWorkflowCode({ ...bundleOptions(kind), logger });
  await mkdir(dirname(bundlePaths[kind]), { recursive: true });
  await writeFile(bundlePaths[kind], code);
  return Buffer.byteLength(code);
}

/** Whether the bundle is newer than everything that goes into it, so that a build with nothing new takes no time. */
function isFresh(kind: BundleKind): boolean {
  if (!existsSync(bundlePaths[kind])) return false;
  const sources = ['workflows', 'model', 'wire'].flatMap((room) =>
    readdirSync(join(here, '..', room), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(here, '..', room, file),
    ),
  );
  const built = statSync(bundlePaths[kind]).mtimeMs;
  return sources.every((file) => statSync(file).mtimeMs < built);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const kind of ['plain', 'encrypted'] as const) {
    if (isFresh(kind)) continue;
    const bytes = await writeBundle(kind);
    console.error(`workflow bundle, ${kind}: ${(bytes / 1024).toFixed(0)} KiB`);
  }
}
