import { createReadStream, createWriteStream, lstatSync, type Stats } from 'node:fs';
import { lstat, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { errnoOf } from '../host/errno.js';
import { isTemporary, moveIntoPlace, sha256File, temporaryBeside, writeDurably } from './durable.js';
import { EvidenceError, EvidenceRefusal, evidenceError } from './error.js';
import { appendLines, lastLineOf } from './folder-lines.js';
import type { EvidenceStore, Inventory } from './store.js';

/** The record in a folder of this machine, as BagIt lays it out. @param root absolute */
export function folderStore(root: string): EvidenceStore {
  const local = (path: string): string => join(root, named(path));
  return {
    root,
    local,
    read: async (path) => readIfThere(local(path)),
    write: async (path, content) => writeDurably(unlinked(root, path), content),
    copy: async (path, from) => copyDurably(from, unlinked(root, path)),
    adopt: async (path) => sha256File(local(path)),
    append: (path, next, options) => appendLines(root, () => unlinked(root, path), next, options?.final ?? false),
    lastLine: async (path) => lastLineOf(local(path)),
    list: () => inventory(root),
    remove: async (leftovers) => {
      for (const path of leftovers) await removeLeftover(local(path));
    },
  };
}

/** Not in a path of the record; on Windows a backslash parts names, too, and a colon names a drive or a stream. */
const FOREIGN = sep === '/' ? /\0/ : /[\0\\:]/;

/** A path of the record as it is. @throws EvidenceRefusal when it is no plain path below the record's root */
function named(path: string): string {
  if (!FOREIGN.test(path) && path.split('/').every((segment) => !['', '.', '..'].includes(segment))) return path;
  throw new EvidenceRefusal(
    `${JSON.stringify(path)} is no path within the evidence.`,
    'This is a defect of golive or of a step kind: paths are relative, without `..`.',
  );
}

/** Where to write a path of the record. @throws EvidenceError when a part of it is a link: it would be written elsewhere */
function unlinked(root: string, path: string): string {
  let at = root;
  for (const segment of named(path).split('/')) {
    at = join(at, segment);
    if (statusOf(at)?.isSymbolicLink()) {
      const hint = 'Look who put it there, and take it away, then retry.';
      throw new EvidenceError(`Cannot write ${join(root, path)}: ${at} is a symbolic link`, hint, 'ELOOP');
    }
  }
  return at;
}

/** Undefined where nothing stands, or where it cannot be looked at: writing there says why. */
function statusOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

async function removeLeftover(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    throw evidenceError('remove', path, error);
  }
}

/** A file's bytes, or undefined when it is not there. @throws EvidenceError for every other trouble */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw evidenceError('read', path, error);
  }
}

async function copyDurably(from: string, to: string): Promise<void> {
  const temporary = temporaryBeside(to);
  try {
    await pipeline(createReadStream(from), createWriteStream(temporary, { flags: 'w' }));
    await moveIntoPlace(temporary, to);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw evidenceError('write', to, error);
  }
}

/** Names that only a running phase needs: leases, marks of lost executions, and unfinished writes. */
function isLeftover(name: string): boolean {
  return isTemporary(name) || name === '.lease' || name === '.lease.lock' || name.startsWith('.given-up.');
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    throw evidenceError('read', folder, error);
  });
}

/** Links are not followed. Tag files are written beside `data/`, so leftovers are looked for there, too. */
async function inventory(root: string): Promise<Inventory> {
  const found: Inventory = { files: [], leftovers: [], links: [] };
  found.leftovers = (await namesIn(root)).filter(isLeftover);
  await lookInto(root, 'data', found);
  found.files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return found;
}

/** Takes what lies below a folder; false when that is nothing but leftovers, so that the folder is one, too. */
async function lookInto(root: string, below: string, found: Inventory): Promise<boolean> {
  let holds = false;
  for (const name of (await namesIn(join(root, below))).toSorted()) {
    const path = `${below}/${name}`;
    // Not looked at: whoever writes it may be just done with it.
    if (isLeftover(name)) {
      found.leftovers.push(path);
      continue;
    }
    const absolute = join(root, path);
    const status = await lstat(absolute);
    if (!status.isDirectory()) holds = true;
    if (status.isDirectory()) {
      if (await lookInto(root, path, found)) holds = true;
      else found.leftovers.push(path);
    } else if (status.isSymbolicLink()) found.links.push({ path, target: await readlink(absolute) });
    else if (status.isFile()) found.files.push({ path, ...(await sha256File(absolute)) });
  }
  return holds;
}
