import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../errors.js';
import { clock, runOwned } from './owned.js';
import { packageRoot } from './paths.js';

/** No byte after this long: the network refuses it. */
const FIRST_BYTE_MS = 15_000;
const STALL_MS = 20_000;
const REPORT_EVERY_MS = 5000;

/** The SDK downloads, then starts the server once to see that it runs. A native call cannot be cancelled, hence a child. */
const SCRIPT = `
const { TestWorkflowEnvironment } = require('@temporalio/testing');
TestWorkflowEnvironment.createLocal({ server: { executable: { type: 'cached-download', downloadDir: process.argv[1] } } })
  .then((env) => env.teardown())
  .catch((error) => { console.error(error.message); process.exitCode = 1; });
`;

/**
 * Gets the Temporal CLI by the SDK's own download.
 * @param target where the binary is to stand; it appears there whole or not at all
 * @throws Error when nothing came within 15 s, or the download stood still for 20 s
 */
export async function downloadTemporal(
  target: string,
  report: (line: string) => void,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const folder = join(dirname(target), `.download-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  report('Downloading the Temporal CLI from temporal.download (about 60 MB) …');
  let bytes = 0;
  let movedAt = 0;
  let saidAt = 0;
  try {
    await runOwned({
      command: process.execPath,
      args: ['-e', SCRIPT, folder],
      env,
      cwd: packageRoot(),
      onTick: (elapsed) => {
        const now = sizeOf(folder);
        if (now !== bytes) movedAt = elapsed;
        bytes = now;
        if (bytes === 0 && elapsed > FIRST_BYTE_MS) return 'nothing came within 15 s';
        if (bytes > 0 && elapsed - movedAt > STALL_MS) return `stood still for 20 s at ${megabytes(bytes)} MB`;
        if (bytes > 0 && elapsed - saidAt > REPORT_EVERY_MS) {
          saidAt = elapsed;
          report(`  ${megabytes(bytes)} MB written, ${clock(elapsed)}`);
        }
        return undefined;
      },
    });
    const name = readdirSync(folder).find((file) => !file.endsWith('.downloading'));
    if (name === undefined) throw new Error('the download left no file');
    renameSync(join(folder, name), target);
  } catch (error) {
    throw new Error(shorten(messageOf(error)), { cause: error });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sizeOf(folder: string): number {
  let bytes = 0;
  for (const name of readdirSync(folder)) {
    bytes += statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

/** The SDK nests its messages and repeats the address: what counts stands at the end. */
function shorten(message: string): string {
  return message.length > 200 ? `…${message.slice(-160)}` : message;
}
