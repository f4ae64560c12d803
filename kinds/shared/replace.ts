import { lstat, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { removeUnfinished, sha256, writeDurably } from '../../evidence/durable.js';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { errnoOf } from '../../host/errno.js';
import { rememberBefore } from './backup.js';
import { exists } from './tree.js';

/**
 * Writes one file in one piece, after what stood there was kept for the undo (`putBack`).
 *
 * @param mode octal digits; without it the file keeps the mode that it has
 * @param secret its content must not come into the bundle
 * @throws StepError BAD_INPUT when something else than a file stands there
 */
export async function replaceFile(
  path: string,
  content: Uint8Array,
  context: StepContext,
  { mode, secret }: { mode?: string | undefined; secret?: boolean } = {},
): Promise<void> {
  const stands = (await exists(path)) ? await lstat(path) : undefined;
  if (stands && !stands.isFile()) {
    throw new StepError('BAD_INPUT', `${path} is no regular file, so it is not replaced.`);
  }
  await rememberBefore(path, sha256(content), context, secret);
  await mkdir(dirname(path), { recursive: true });
  const bits = mode === undefined ? stands && stands.mode & 0o777 : Number.parseInt(mode, 8);
  await context.inHeldFolder(path, async (held) => {
    await removeUnfinished(held);
    await writeDurably(held, content, bits);
  });
}

/** Reads a file that must be there. @throws StepError NOT_FOUND */
export async function readNeeded(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (errnoOf(cause) === 'EISDIR') {
      throw new StepError('BAD_INPUT', `${what} is a folder: ${path}.`, { cause });
    }
    throw new StepError('NOT_FOUND', `${what} cannot be read: ${path} (${errnoOf(cause) ?? 'error'}).`, { cause });
  }
}
