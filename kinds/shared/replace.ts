import type { BigIntStats } from 'node:fs';
import { lstat, mkdir, readFile, readlink, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { moveIntoPlace, removeUnfinished, sha256, writeDraft } from '../../evidence/durable.js';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { errnoOf } from '../../host/errno.js';
import { rememberBefore } from './backup.js';
import { whileFileLocked } from './locked-file.js';
import { notRead, openNeeded } from './read-file.js';
import { realPlace } from './tree.js';

/** Larger files are not read into memory. */
const LARGEST_BYTES = 256 * 1024 * 1024;
/** How often it is begun anew when somebody who takes no turns changes the file meanwhile. */
const TRIES = 5;
const ALL_BITS = 0o7777;

/** What a file is to be. */
export interface Wanted {
  content: Buffer;
  /** Octal digits; without it the file keeps the mode that it has. */
  mode?: string | undefined;
  /** Its content must not come into the bundle. */
  secret?: boolean;
}

/** What became of it. */
export interface Changed {
  /** What stood there. */
  there: Buffer | undefined;
  /** False when nothing had to be written. */
  written: boolean;
  /** The path for people: where it leads through links, and what keeps the old content. */
  said: string;
}

/**
 * Changes one file in one piece: readers see the old or the new content, never a part. Mode and owner stay, links are not
 * followed at its end, what stood there is kept for the undo (`putBack`), and what was written is read back. Two steps that
 * change one file at once take turns; when somebody else changed it meanwhile, it is begun anew from what stands there then.
 *
 * @param path absolute, as `context.path` gave it
 * @param decide what the file is to be, from what it holds and its permission bits; nothing leaves it. Everything that may refuse stands in it: it
 *   is asked before anything is changed, and asked again when it is begun anew
 * @throws StepError BAD_INPUT for what is no regular file; EXPECTATION_FAILED where its owner could not be kept;
 *   CHECK_FAILED when it does not hold what was written
 */
export async function changeFile(
  path: string,
  context: StepContext,
  decide: (there: Buffer | undefined, mode: number) => Promise<Wanted | undefined>,
): Promise<Changed> {
  const real = await realPlace(path);
  return whileFileLocked(real, context, async () => {
    let keptNow = false;
    for (let tries = 0; tries < TRIES; tries += 1) {
      const before = await statFile(real);
      const there = before && (await readNeeded(real, 'The file that stands there'));
      const wanted = await decide(there, Number(before?.mode ?? 0) & ALL_BITS);
      const others = before && before.nlink > 1n ? otherNames(before.nlink - 1n) : '';
      const said = real === path ? path : `${path} (which leads to ${real})`;
      if (!wanted) return { there, written: false, said };
      // Somebody else's between the reading and the keeping would be taken for what stood there.
      if (!alike(before, await statFile(real))) continue;
      keptNow = await rememberBefore(real, sha256(wanted.content), context, { secret: wanted.secret, anew: keptNow });
      await mkdir(dirname(real), { recursive: true });
      if (await context.inHeldFolder(real, (held) => replace(held, real, before, there, wanted)))
        return { there, written: true, said: `${said}${others}` };
    }
    throw new StepError(
      'CHECK_FAILED',
      `${path} is changed by somebody else again and again, so it was left to them.`,
      {
        hint: 'See who writes it; then retry.',
      },
    );
  });
}

function otherNames(many: bigint): string {
  return many === 1n
    ? '; 1 other name of it keeps the old content'
    : `; ${many} other names of it keep the old content`;
}

/** @returns false when somebody else changed the file since it was read; nothing was done then */
async function replace(
  held: string,
  real: string,
  before: BigIntStats | undefined,
  there: Buffer | undefined,
  { content, mode }: Wanted,
): Promise<boolean> {
  const bits = mode === undefined ? before && Number(before.mode) & ALL_BITS : Number.parseInt(mode, 8);
  try {
    await removeUnfinished(held);
    const owner = before && { uid: Number(before.uid), gid: Number(before.gid) };
    const draft = await writeDraft(held, content, bits, owner);
    if (!alike(before, await statFile(held))) {
      await rm(draft, { force: true });
      return false;
    }
    const { ino } = await lstat(draft, { bigint: true });
    await moveIntoPlace(draft, held);
    await proveWritten(held, real, content, { ino, bits, there });
    return true;
  } catch (error) {
    if (before && errnoOf(error) === 'EPERM' && syscallOf(error) === 'fchown') {
      throw new StepError(
        'EXPECTATION_FAILED',
        `${real} belongs to ${before.uid}:${before.gid}, and would not any more.`,
        {
          hint: 'Let the worker run as that user or as root, or give the file to its user; it was left as it is.',
          cause: error,
        },
      );
    }
    if (errnoOf(error) === 'EBUSY') {
      throw new StepError('EXPECTATION_FAILED', `${real} cannot be replaced in one piece: it is mounted by itself.`, {
        hint: 'Mount its folder into the container instead of the one file; it was left as it is.',
        cause: error,
      });
    }
    throw withPath(error, held, real);
  }
}

/** Reads what was written; what is not as it was meant to be is taken back, unless somebody else has written since. */
async function proveWritten(
  held: string,
  real: string,
  content: Buffer,
  { ino, bits, there }: { ino: bigint; bits: number | undefined; there: Buffer | undefined },
): Promise<void> {
  const now = await lstat(held, { bigint: true }).catch(() => undefined);
  if (now?.ino !== ino) {
    throw new StepError('CHECK_FAILED', `${real} was replaced by somebody else right after it was written.`, {
      hint: 'See who writes it; then retry.',
    });
  }
  const read = await readFile(held);
  const moded = bits === undefined || (Number(now.mode) & ALL_BITS) === bits;
  if (read.equals(content) && moded) return;
  if (there === undefined) await rm(held);
  else await moveIntoPlace(await writeDraft(held, there, Number(now.mode) & ALL_BITS), held);
  const what = moded ? 'what was written' : 'the mode that it was given';
  throw new StepError('CHECK_FAILED', `${real} does not hold ${what}, so it was taken back.`, {
    hint: 'Look at its disk and file system; then retry.',
  });
}

/** The regular file at a path, undefined when nothing is. @throws StepError BAD_INPUT for a link and everything else */
export async function statFile(path: string): Promise<BigIntStats | undefined> {
  const info = await lstat(path, { bigint: true }).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (!info || info.isFile()) return info;
  const what = info.isSymbolicLink() ? `a link to ${await readlink(path).catch(() => 'somewhere')}` : 'no regular file';
  throw new StepError('BAD_INPUT', `${path} is ${what}, so it is not replaced.`, {
    hint: info.isSymbolicLink() ? 'Name the file that the link leads to.' : 'Name a file.',
  });
}

function alike(a: BigIntStats | undefined, b: BigIntStats | undefined): boolean {
  return (
    a?.ino === b?.ino && a?.size === b?.size && a?.mtimeNs === b?.mtimeNs && a?.mode === b?.mode && a?.uid === b?.uid
  );
}

/** The system's error with the path that people know, in place of that of the folder held open. */
function withPath(error: unknown, held: string, real: string): unknown {
  const code = errnoOf(error);
  if (!(error instanceof Error) || error instanceof StepError || code === undefined) return error;
  const message = error.message.replaceAll(dirname(held), dirname(real));
  return Object.assign(new Error(message, { cause: error }), { code, syscall: syscallOf(error), path: real });
}

function syscallOf(error: unknown): unknown {
  return error instanceof Error && 'syscall' in error ? error.syscall : undefined;
}

/** Reads a file that must be there. @throws StepError NOT_FOUND; BAD_INPUT for a folder, and beyond 256 MiB */
export async function readNeeded(path: string, what: string): Promise<Buffer> {
  const { handle, stats } = await openNeeded(path, what);
  try {
    const { size } = stats;
    if (size <= LARGEST_BYTES) return await handle.readFile();
    throw new StepError('BAD_INPUT', `${what} has ${size} bytes; ${LARGEST_BYTES} are the most: ${path}.`);
  } catch (cause) {
    throw cause instanceof StepError ? cause : notRead(path, what, cause);
  } finally {
    await handle.close();
  }
}
