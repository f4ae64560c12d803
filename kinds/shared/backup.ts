import { randomUUID } from 'node:crypto';
import { chmod, chown, cp, lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import {
  moveIntoPlace,
  removeUnfinished,
  sync,
  temporaryBeside,
  writeDraft,
  writeDurably,
} from '../../evidence/durable.js';
import { errnoOf } from '../../host/errno.js';
import { whileFileLocked } from './locked-file.js';
import { readWhole } from './read-file.js';
import { bitsOf, checkApart, contentOf, exists, realPlace, type TreeFile, treeOf } from './tree.js';

/** What a deed remembers of the one path that it changes; digests are those of `contentOf`. */
const kept = z.object({
  path: z.string(),
  wrote: z.string(),
  /** null: nothing stood there. */
  before: z.string().nullable(),
  /** Absolute; nothing lies there when nothing stood at the path. Deeds of older versions kept none in some cases. */
  backup: z.string().default(''),
  /** Its content must not come into the bundle. */
  secret: z.boolean().default(false),
});
type Kept = z.infer<typeof kept>;

/** What stands in a file without a step's own part: with what it held before in its place. undefined where it cannot be told. */
export type TakeOut = (stands: Buffer, before: Buffer | undefined) => Buffer | undefined;

const OWNER_ONLY = 0o700;
const GONE = 'See who removed it; put the file right by hand, then say that the undo is done.';

/**
 * Keeps what stands at a path, file or folder, before this step's deed and remembers it for the undo. What an earlier
 * attempt of the same deed kept stays: it is what stood there before the first.
 *
 * @param path absolute, as `context.path` gave it
 * @param wrote `contentOf` what the deed will write there
 * @param secret the content is kept out of the bundle, whoever wrote it
 * @param anew what was kept is not what is about to be replaced: nothing was written since it was
 * @returns whether it was kept just now
 */
export async function rememberBefore(
  path: string,
  wrote: string,
  context: StepContext,
  { secret = false, anew = false }: { secret?: boolean | undefined; anew?: boolean } = {},
): Promise<boolean> {
  const known = await recallKept(context);
  if (known && !anew && (await takenBack(known, context)) === undefined) {
    // What it copies may be another since then; this attempt's is no stranger's.
    if (known.wrote !== wrote) await context.remember({ ...known, wrote });
    return false;
  }
  // Two attempts never share a name: only the one that may still remember decides which of them counts.
  const backup = join(context.backups, randomUUID());
  const stands = await exists(path);
  if (stands) await copyAside(path, backup, context);
  const before = stands ? contentOf(await treeOf(backup)) : null;
  await context.remember({ path, wrote, before, backup, secret });
  return true;
}

/**
 * Brings back what stood at the path before the step's deed: safe when the deed never began, when it was cut off, and
 * twice. What somebody else wrote there since is kept first, in the bundle unless it may hold secrets.
 *
 * @param takeOut for a step that changed a part of a file: where somebody else has written there since, that part alone is
 *   taken back, and what they wrote stays
 * @throws StepError NOT_FOUND when what was kept is not there any more
 */
export async function putBack(context: StepContext, takeOut?: TakeOut): Promise<{ summary: string }> {
  const known = await recallKept(context);
  if (!known) return { summary: 'nothing was changed, nothing to undo' };
  const earlier = await takenBack(known, context);
  if (earlier !== undefined) return { summary: `already taken back: ${earlier}` };
  return whileFileLocked(await realPlace(known.path), context, () => putBackNow(known, context, takeOut));
}

async function putBackNow(known: Kept, context: StepContext, takeOut?: TakeOut): Promise<{ summary: string }> {
  const { path, wrote, before } = known;
  const stands = (await exists(path)) ? await treeOf(path) : undefined;
  const now = stands && contentOf(stands);
  await checkBackup(known, now);
  const changed = stands?.[0]?.path === '' && now !== wrote && now !== before;
  const part = changed && takeOut ? await takenOut(known, takeOut, context) : undefined;
  if (part !== undefined) {
    await noteTakenBack(known, part, context);
    return { summary: part };
  }
  const found = stands && now !== wrote && now !== before ? await keepFound(known, stands, context) : '';
  const summary = `${before === null ? await remove(path, context) : await bringBack(known, now, context)}${found}`;
  await noteTakenBack(known, summary, context);
  return { summary };
}

/**
 * Takes its own part out of a file that others have changed since.
 *
 * @returns what was done; undefined where that part cannot be told from theirs
 */
async function takenOut({ path, before, backup }: Kept, takeOut: TakeOut, context: StepContext) {
  const stands = await readWhole(path, 'The file that stands there');
  const earlier = before === null ? undefined : await readWhole(backup, 'What stood there before the step');
  const content = takeOut(stands, earlier);
  if (content === undefined) return undefined;
  if (content.equals(stands)) return `${path} holds nothing of the step any more; what others wrote there stays`;
  const { mode, uid, gid } = await lstat(path);
  await context.inHeldFolder(path, async (held) =>
    moveIntoPlace(await writeDraft(held, content, mode & 0o7777, { uid, gid }), held),
  );
  return `took back in ${path} what the step had set; what others wrote there since stays`;
}

async function recallKept(context: StepContext): Promise<Kept | undefined> {
  const memory = await context.recall();
  if (!memory) return undefined;
  const read = kept.safeParse(memory);
  if (read.success) return read.data;
  throw new StepError('NOT_FOUND', 'What the step remembered of the file that it changed cannot be read.', {
    hint: GONE,
  });
}

async function checkBackup({ path, before, backup }: Kept, now: string | undefined): Promise<void> {
  if (before === null || now === before) return;
  if (backup === '' || !(await exists(backup))) {
    throw new StepError('NOT_FOUND', `What stood at ${path} before the step is gone from ${dirname(backup)}.`, {
      hint: GONE,
    });
  }
  if (contentOf(await treeOf(backup)) === before) return;
  throw new StepError('EXPECTATION_FAILED', `The backup ${backup} of ${path} is not what was kept.`, { hint: GONE });
}

async function remove(path: string, context: StepContext): Promise<string> {
  if (!(await exists(path))) return `${path} is gone already`;
  await context.inHeldFolder(path, (held) => rm(held, { recursive: true }));
  return `removed ${path}`;
}

async function bringBack({ path, backup, before }: Kept, now: string | undefined, context: StepContext) {
  const alike = now === before && (!(await exists(backup)) || (await bitsOf(path)) === (await bitsOf(backup)));
  if (alike) return `${path} is as it was`;
  await placeCopy(backup, path, context);
  return `restored ${path}`;
}

/** Keeps what somebody else wrote. @returns a clause for the summary, which says where */
async function keepFound({ path, secret }: Kept, files: TreeFile[], context: StepContext): Promise<string> {
  const ownerOnly = secret || ((await bitsOf(path)) & 0o077) === 0 || (await holdsCredentials(path, files, context));
  const said = '; what somebody else wrote there since is kept';
  if (ownerOnly) {
    const aside = join(context.backups, `found-${randomUUID()}`);
    await copyAside(path, aside, context);
    return `${said} in ${aside}, and not in the bundle, for it may hold secrets`;
  }
  if (files[0]?.path === '') return `${said} as ${(await context.evidence.copy('found', path)).path}`;
  for (const [index, file] of files.entries()) {
    await context.evidence.copy(`found/${index + 1}`, join(path, file.path));
  }
  const list = files.map(({ path: name, sha256 }, index) => `${sha256}  ${index + 1}  ${name}\n`).join('');
  return `${said} as listed in ${(await context.evidence.write('found.txt', list)).path}`;
}

async function holdsCredentials(path: string, files: TreeFile[], context: StepContext): Promise<boolean> {
  for (const file of files) if ((await context.countCredentials(join(path, file.path))) > 0) return true;
  return false;
}

/** What an undo said that has taken this back, or undefined. */
async function takenBack(known: Kept, context: StepContext): Promise<string | undefined> {
  return readFile(markOf(known, context), 'utf8').catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  });
}

/** From here on the backup has no use; what it holds should not lie about. */
async function noteTakenBack(known: Kept, summary: string, context: StepContext): Promise<void> {
  await makeBackupFolder(context);
  await writeDurably(markOf(known, context), summary, 0o600);
  if (known.backup !== '') await rm(known.backup, { recursive: true, force: true });
}

function markOf({ backup }: Kept, { backups }: StepContext): string {
  return join(backups, `${basename(backup)}.taken-back`);
}

/** For its owner alone, and out of the sight of git, for what lies in it may hold credentials. */
export async function makeBackupFolder({ backups }: Pick<StepContext, 'backups'>): Promise<void> {
  await mkdir(backups, { recursive: true, mode: OWNER_ONLY });
  // Not worth a wait for the disk.
  await writeFile(join(backups, '.gitignore'), '*\n', { flag: 'wx' }).catch((error: unknown) => {
    if (errnoOf(error) !== 'EEXIST') throw error;
  });
}

/** Whole under its final name, with its modes and durable to the last file, or not at all. */
async function copyAside(from: string, to: string, context: StepContext): Promise<void> {
  await checkApart(from, to, [from, 'the evidence of the go-live']);
  // Links are refused before anything is copied.
  await treeOf(from);
  await makeBackupFolder(context);
  await placeDurably(from, to);
}

/** Puts a copy of a file or folder at a path: readers see the old or the new one, never a part. */
export async function placeCopy(from: string, to: string, context: StepContext): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await context.inHeldFolder(to, async (held) => {
    await removeUnfinished(held);
    await placeDurably(from, held);
  });
}

async function placeDurably(from: string, to: string): Promise<void> {
  const draft = temporaryBeside(to);
  await cp(from, draft, { recursive: true, errorOnExist: true, force: false, preserveTimestamps: true });
  const files = await treeOf(draft);
  for (const { path } of files) await keepOwner(join(from, path), join(draft, path));
  for (const { path } of files) await sync(join(draft, path));
  // A file gives way to a file at once; a folder must be out of the way first.
  const both = await Promise.all([draft, to].map((path) => lstat(path).catch(() => undefined)));
  const aside = both[1] && both.some((info) => info?.isDirectory()) ? temporaryBeside(to) : undefined;
  if (aside) await rename(to, aside);
  await moveIntoPlace(draft, to);
  if (aside) await rm(aside, { recursive: true });
}

/** A copy belongs to whom its original does, where the worker may say so: as root. */
async function keepOwner(from: string, to: string): Promise<void> {
  const [original, copy] = await Promise.all([lstat(from), lstat(to)]);
  if (original.uid === copy.uid && original.gid === copy.gid) return;
  try {
    await chown(to, original.uid, original.gid);
    // To give a file away takes its special bits.
    await chmod(to, original.mode & 0o7777);
  } catch (error) {
    if (errnoOf(error) !== 'EPERM') throw error;
  }
}
