import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { openNeeded, type OpenFile, piecesOf } from '../shared/read-file.js';
import { exists } from '../shared/tree.js';

/** Bytes at the beginning and before the end of a log by which it is known again. */
const PRINT_BYTES = 4096;

/** How far a log had been written when a step first looked, and by what it is known again wherever it was moved. */
export type Mark = {
  /** Where the next line begins; a line that was half-written then is of it. */
  bytes: number;
  /** Whole lines before. */
  lines: number;
  size: number;
  inode: string;
  /** SHA-256 over its first bytes and its last. */
  print: string;
};

/** How far a log file has been written; null when it is not there yet. */
export async function markOf(path: string, signal: AbortSignal): Promise<Mark | null> {
  if (!(await exists(path))) return null;
  const file = await openNeeded(path, 'The log file');
  try {
    const { size, ino } = file.stats;
    let begins = 0;
    let lines = 0;
    let at = 0;
    for await (const piece of piecesOf(file, 0, size, signal)) {
      for (let end = piece.indexOf(0x0a); end >= 0; end = piece.indexOf(0x0a, end + 1)) {
        lines += 1;
        begins = at + end + 1;
      }
      at += piece.length;
    }
    return { bytes: begins, lines, size: at, inode: String(ino), print: await printOf(file, at) };
  } finally {
    await file.handle.close();
  }
}

async function printOf({ handle }: OpenFile, size: number): Promise<string> {
  const hash = createHash('sha256');
  const length = Math.min(PRINT_BYTES, size);
  for (const from of [0, size - length]) {
    const bytes = Buffer.alloc(length);
    const { bytesRead } = await handle.read(bytes, 0, length, from);
    hash.update(bytes.subarray(0, bytesRead));
  }
  return hash.digest('hex');
}

/** Whether an open file is the log of a mark, perhaps written on. An empty log is known by its inode alone. */
export async function isMarked(file: OpenFile, mark: Mark): Promise<boolean> {
  if (file.stats.size < mark.size) return false;
  if (mark.size === 0) return String(file.stats.ino) === mark.inode;
  return (await printOf(file, mark.size)) === mark.print;
}

/** The same for a path; not for what cannot be opened. */
async function isMarkedAt(path: string, mark: Mark): Promise<boolean> {
  const file = await openNeeded(path, 'The rotated log').catch(() => undefined);
  if (!file) return false;
  try {
    return await isMarked(file, mark);
  } finally {
    await file.handle.close();
  }
}

/** A part of a log that is still to be read. */
export interface LogPart {
  path: string;
  from: number;
  /** Lines before. */
  lines: number;
}

/**
 * Where a log goes on that was moved away since its mark: the rest of the marked file, and what was rotated after it, the
 * oldest first. Undefined when the rest is lost: removed, overwritten, or packed.
 */
export async function rotatedSince(path: string, mark: Mark): Promise<LogPart[] | undefined> {
  const folder = dirname(path);
  const current = await stat(path).catch(() => undefined);
  const head = basename(path);
  const rotated: { path: string; changed: number; marked: boolean }[] = [];
  for (const name of await readdir(folder)) {
    const candidate = join(folder, name);
    const info = await stat(candidate).catch(() => undefined);
    if (!info?.isFile() || info.ino === current?.ino) continue;
    const named = name.startsWith(`${head}.`) || name.startsWith(`${head}-`);
    if (!named && String(info.ino) !== mark.inode) continue;
    rotated.push({ path: candidate, changed: info.mtimeMs, marked: await isMarkedAt(candidate, mark) });
  }
  const old = rotated.find(({ marked }) => marked);
  if (!old) return undefined;
  const later = rotated.filter((one) => one !== old && one.changed > old.changed);
  if (later.some((one) => /\.(gz|bz2|xz|zst|zip|Z)$/.test(one.path))) return undefined;
  return [
    { path: old.path, from: mark.bytes, lines: mark.lines },
    ...later.toSorted((a, b) => a.changed - b.changed).map((one) => ({ path: one.path, from: 0, lines: 0 })),
  ];
}
