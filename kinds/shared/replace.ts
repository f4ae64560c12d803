import { chmod, copyFile, lstat, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  removeUnfinished,
  moveIntoPlace,
  sha256,
  sha256File,
  temporaryBeside,
  writeDurably,
} from '../../evidence/durable.js';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { exists } from './tree.js';
import { errnoOf } from '../../host/errno.js';

/**
 * Writes one file in one piece, after its earlier content was kept beside it and remembered for the undo. The backup
 * stays out of the bundle: a configuration file may hold credentials.
 */
export async function replaceFile(
  path: string,
  content: Uint8Array,
  context: StepContext,
  mode?: string,
): Promise<void> {
  if ((await exists(path)) && !(await lstat(path)).isFile()) {
    throw new StepError('BAD_INPUT', `${path} is no regular file, so it is not replaced.`);
  }
  await rememberFile(path, content, context);
  await mkdir(dirname(path), { recursive: true });
  const bits =
    mode === undefined
      ? (await exists(path))
        ? (await stat(path)).mode & 0o777
        : undefined
      : Number.parseInt(mode, 8);
  await context.inHeldFolder(path, async (held) => {
    await removeUnfinished(held);
    await writeDurably(held, content);
    if (bits !== undefined) await chmod(held, bits);
  });
}

async function rememberFile(path: string, content: Uint8Array, context: StepContext): Promise<void> {
  if (await context.recall()) return; // An earlier attempt remembered the state before the first deed.
  const wrote = sha256(content);
  if (!(await exists(path))) {
    await context.remember({ path, wrote, before: null });
    return;
  }
  const before = (await sha256File(path)).sha256;
  const backup = join(dirname(path), `.${basename(path)}.golive-backup-${before.slice(0, 12)}`);
  if (before !== wrote) await copyWhole(path, backup);
  await context.remember({ path, wrote, before, backup });
}

/** Whole under its final name or not at all; one that stands there may be what a killed attempt of old left torn. */
async function copyWhole(from: string, to: string): Promise<void> {
  await removeUnfinished(to);
  const temporary = temporaryBeside(to);
  await copyFile(from, temporary);
  await moveIntoPlace(temporary, to);
}

/** Takes a replaced file back: safe when the deed never began, when it was torn, and twice. */
export async function restoreFile(context: StepContext): Promise<{ summary: string }> {
  const memory = await context.recall();
  if (!memory) return { summary: 'nothing was changed, nothing to undo' };
  const { path, wrote, before, backup } = memory as {
    path: string;
    wrote: string;
    before: string | null;
    backup?: string;
  };
  await removeUnfinished(path);
  if (before === null) {
    if (!(await exists(path))) return { summary: `${path} is gone already` };
    if ((await sha256File(path)).sha256 !== wrote)
      return { summary: `${path} was changed since by somebody else and is left` };
    await rm(path);
    return { summary: `removed ${path}` };
  }
  if (before === wrote || backup === undefined || !(await exists(backup))) return { summary: `${path} is as it was` };
  await rename(backup, path);
  return { summary: `restored ${path}` };
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
